package render

import "encoding/binary"

// chunk is one piece of a RIFF file, which is what WebP is made of.
type chunk struct {
	kind string
	body []byte
}

// webpChunks returns the chunks of a WebP file, as far as they are whole.
func webpChunks(file []byte) []chunk {
	if len(file) < 12 {
		return nil
	}
	end := min(uint64(len(file)), 8+uint64(binary.LittleEndian.Uint32(file[4:])))
	if end < 12 {
		return nil
	}
	return riffChunks(file[12:end])
}

func riffChunks(b []byte) (out []chunk) {
	for len(b) >= 8 {
		size := uint64(binary.LittleEndian.Uint32(b[4:]))
		if size > uint64(len(b)-8) {
			return out
		}
		out = append(out, chunk{string(b[:4]), b[8 : 8+size]})
		b = b[min(8+size+size&1, uint64(len(b))):]
	}
	return out
}

func appendChunk(out []byte, kind string, body []byte) []byte {
	out = append(out, kind...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// closeRIFF writes the final size into the head of a file made of chunks.
func closeRIFF(out []byte) []byte {
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// putUint24 writes v as WebP writes sizes: one less, in three bytes.
func putUint24(b []byte, v int) { b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16) }
