package batch

import (
	"io"
	"path/filepath"
	"slices"

	"postbag/backend/render"
)

// missing returns which recipes must be made, and the hash of the source; what is there already is in
// made.
func (w work) missing(s Source, f io.ReadSeeker, recipes []render.Recipe, outputs []*output, made []Made) (list []int, content string, err error) {
	if content = s.SHA256; content == "" && w.book.listed {
		if content, err = sumOf(f); err != nil {
			return nil, "", err
		}
		if _, err = f.Seek(0, io.SeekStart); err != nil {
			return nil, "", err
		}
	}
	for i, o := range outputs {
		if !w.book.current(o, content, recipes[i].Hash()) {
			list = append(list, i)
			continue
		}
		made[i] = w.made(s, *o.prior)
		made[i].There = true
	}
	return list, content, nil
}

// keep brings a rendition to its place and says so in the book.
func (w work) keep(s Source, o *output, r render.Output, content, recipe string) (Made, error) {
	p, file, there, err := w.book.settle(o, r.Format.Ext(), func(to io.Writer) error {
		_, err := to.Write(r.Data)
		return err
	}, w.sources)
	if err != nil {
		return Made{}, err
	}
	line := record{
		File: file, Want: o.want, Source: o.source, Preset: o.values.Preset.ID, Content: content, Recipe: recipe, Bytes: p.bytes, Sum: p.sum,
		Width: r.Width, Height: r.Height, Quality: r.Quality, Smaller: r.Smaller || r.Reduced, Passed: r.Passed,
		Damaged: slices.Contains(r.Warnings, render.WarnDamaged),
	}
	made := w.made(s, line)
	made.There = there
	return made, w.book.add(line)
}

func (w work) made(s Source, r record) Made {
	return Made{
		Source: s.Name, Preset: r.Preset, Path: filepath.Join(w.book.dir, filepath.FromSlash(r.File)), Width: r.Width, Height: r.Height,
		Bytes: r.Bytes, Quality: r.Quality, Smaller: r.Smaller, Passed: r.Passed, Damaged: r.Damaged,
	}
}

func pick(recipes []render.Recipe, which []int) []render.Recipe {
	out := make([]render.Recipe, len(which))
	for i, n := range which {
		out[i] = recipes[n]
	}
	return out
}
