// Package jpegdec turns a JPEG file into planes, at full size or at a half, a quarter or an eighth.
//
// It reads what cameras and phones write: ITU-T T.81 with Huffman coding at 8 bits, sequential
// (baseline and extended) or progressive, grey or YCbCr. Anything else is ErrUnsupported, so that
// the caller can take a slower decoder that knows more. Nothing is converted to RGB: the planes
// come out at their own sizes, as an *image.YCbCr or an *image.Gray.
//
// A file passes three stages:
//
//	markers   segments, tables and the frame header (header.go, huffman.go; T.81 annex B)
//	entropy   bits to quantised coefficients (bits.go, sequential.go, progressive.go; annexes F, G)
//	pixels    coefficients to samples (idct.go, idct_scaled.go, output.go; section A.3.3)
//
// Why it is built so. Half of the time of a decoder goes into Huffman codes, which are serial: the
// next code begins where the last one ends. So a 64 bit buffer is filled seven bytes at a time (a
// byte 0xFF, which may be followed by a stuffed zero or be a marker, takes the slow way; section
// B.1.1.5), and one look-up of ten bits yields the run of zeros, the value and the length of both.
// The other half is the inverse DCT. A smaller picture needs only the low frequencies: the N×N
// coefficients in the corner of a block are themselves the DCT of its N×N picture, so a quarter
// of the arithmetic makes a half-size picture that is sharper than an average of pixels.
//
// A progressive file sends every coefficient in several scans, so all are kept, as 16 bit
// integers, until the last one. At an eighth only the DC coefficients count: all other scans are
// passed over without a look.
//
// Files come from strangers. What a decode needs is known from its header (Info.Need) and refused
// over Options.MaxBytes before anything is allocated; the number of scans is bounded; a file that
// ends early or breaks its rules yields the part there is, the rest grey, and says so
// (Picture.Damaged). With restart markers (section E.2.4) the part after the damage is found again.
package jpegdec
