package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"postbag/backend/batch"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/presets"
)

// ExportPresets says which sizes become a file.
type ExportPresets struct {
	Presets []string `json:"presets"` // ids, built-in ones too; none: all of one's own
	Out     string   `json:"out"`     // the path of the file; "": only its text is wanted
}

// ExportedPresets is a file of sizes.
type ExportedPresets struct {
	Path  string `json:"path"` // "" if only the text was wanted
	Text  string `json:"text"` // "" if a file was written
	Count int    `json:"count"`
}

// Export writes sizes as a file that Review, and postbag render --presets, read.
func (s *PresetService) Export(r ExportPresets) (_ ExportedPresets, err error) {
	defer s.done(&err)
	set, err := s.set()
	if err != nil {
		return ExportedPresets{}, err
	}
	list := []presets.Preset{}
	if len(r.Presets) > 0 {
		if list, err = set.Find(r.Presets...); err != nil {
			return ExportedPresets{}, err
		}
	} else {
		for _, p := range set.All() {
			if p.Network == "" {
				list = append(list, p)
			}
		}
	}
	for i, p := range list {
		if p.Kind != presets.Image {
			return ExportedPresets{}, &domain.FieldError{Field: "presets", Message: fmt.Sprintf("%s is a size of videos; only those of pictures are shared", p.ID)}
		}
		if list[i], err = s.whole(p); err != nil {
			return ExportedPresets{}, err
		}
	}
	if len(list) == 0 {
		return ExportedPresets{}, &domain.FieldError{Field: "presets", Message: "there are no sizes of your own to share"}
	}
	var text bytes.Buffer
	if err := presets.Write(&text, list); err != nil {
		return ExportedPresets{}, err
	}
	if r.Out == "" {
		return ExportedPresets{Text: text.String(), Count: len(list)}, nil
	}
	return ExportedPresets{Path: r.Out, Count: len(list)}, datadir.WriteOut(r.Out, text.Bytes())
}

// PresetFile is a file of sizes that somebody shared.
type PresetFile struct {
	Path string `json:"path"` // where it is; "": it is in Text
	Text string `json:"text"`
}

// ReviewedPreset is one entry of a file of sizes, and what taking it in means.
type ReviewedPreset struct {
	Line    int    `json:"line"`
	ID      string `json:"id"` // as it is kept here
	Title   string `json:"title"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Fit     string `json:"fit"`
	Marked  bool   `json:"marked"`  // it has a watermark
	State   string `json:"state"`   // EntryNew, EntrySame, EntryClash or EntryWrong
	Instead string `json:"instead"` // of a clash: the title of the size that is here
	Message string `json:"message"` // of a wrong one: why
	Field   string `json:"field"`   // of a wrong one: its name in the file, "" if the whole entry is wrong
}

// What taking in an entry means.
const (
	EntryNew   = "new"
	EntrySame  = "same"  // it is here already, built in or as one's own
	EntryClash = "clash" // a size of one's own has its id and is another
	EntryWrong = "wrong" // it cannot be taken in
)

// Review reads a file of sizes and says what taking it in means. Nothing is kept. The error is for a file
// of which no entry can be told.
func (s *PresetService) Review(r PresetFile) (_ []ReviewedPreset, err error) {
	defer s.done(&err)
	list, err := s.review(r)
	out := []ReviewedPreset{}
	for _, e := range list {
		out = append(out, e.ReviewedPreset)
	}
	return out, err
}

// reviewed is an entry with what would be kept of it.
type reviewed struct {
	ReviewedPreset
	preset presets.Preset
}

// maxPresetFile is how much of a file of sizes is read; Read refuses less.
const maxPresetFile = 32 << 20

func (s *PresetService) review(r PresetFile) ([]reviewed, error) {
	var from io.Reader = strings.NewReader(r.Text)
	if r.Path != "" {
		f, err := os.Open(r.Path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return nil, &domain.FieldError{Field: "path", Message: "this is not a file"}
		}
		from = io.LimitReader(f, maxPresetFile)
	}
	entries, err := presets.Read(from)
	if err != nil {
		return nil, err
	}
	set, err := s.set()
	if err != nil {
		return nil, err
	}
	taken := map[string]int{}
	list := make([]reviewed, len(entries))
	for i, e := range entries {
		one := &list[i]
		one.Line, one.preset = e.Line, e.Preset
		if e.Err == nil {
			_, e.Err = batch.Recipe(e.Preset, 0) // its watermark can be drawn
		}
		if e.Err == nil {
			e.Err = s.placeEntry(one, set)
		}
		p := one.preset
		one.ID, one.Title, one.Width, one.Height, one.Fit, one.Marked = p.ID, p.Title, p.Width, p.Height, p.Fit, p.Watermark != nil
		if before, is := taken[strings.ToLower(p.ID)]; is && e.Err == nil && one.State != EntrySame {
			e.Err = &presets.FieldError{Field: "id", Reason: fmt.Sprintf("it would be the same size as the one of line %d", before)}
		}
		taken[strings.ToLower(p.ID)] = e.Line
		if e.Err != nil {
			known := ErrorOf(e.Err)
			one.State, one.Message, one.Field = EntryWrong, known.Message, known.Field
		}
	}
	return list, nil
}

// placeEntry gives an entry the id and title it would have here, and says what is here under that id.
func (s *PresetService) placeEntry(e *reviewed, set *presets.Set) error {
	p := &e.preset
	if p.Title = strings.Join(strings.Fields(p.Title), " "); p.Title == "" {
		p.Title = path.Base(p.ID)
	}
	if len(p.Title) > maxTitle {
		return &presets.FieldError{Field: "title", Reason: fmt.Sprintf("a size needs a name of at most %d bytes", maxTitle)}
	}
	e.State = EntryNew
	if found, err := set.Find(p.ID); err == nil && found[0].Network != "" && presets.Same(found[0], *p) {
		e.State = EntrySame
		return nil
	}
	if !strings.HasPrefix(strings.ToLower(p.ID), ownPrefix) {
		p.ID = ownPrefix + p.ID
	}
	if err := p.Check(); err != nil { // the id grew
		return err
	}
	found, err := set.Find(p.ID)
	if err != nil {
		return nil //nolint:nilerr // there is none: it is new
	}
	p.ID = found[0].ID
	if presets.Same(found[0], keptForm(*p)) {
		e.State = EntrySame
		return nil
	}
	e.State, e.Instead = EntryClash, found[0].Title
	return nil
}

// keptForm is a size as it is kept: the picture of its watermark elsewhere.
func keptForm(p presets.Preset) presets.Preset {
	if w := p.Watermark; w != nil {
		if _, is := w.KeptAs(); !is {
			sum := sha256.Sum256([]byte(w.Picture))
			with := *w
			with.Picture = presets.Kept(hex.EncodeToString(sum[:]))
			p.Watermark = &with
		}
	}
	return p
}

// ImportPresets takes in a file of sizes.
type ImportPresets struct {
	File      PresetFile `json:"file"`
	Replace   []string   `json:"replace"`   // ids of clashes whose size here is replaced; of others both are kept
	All       bool       `json:"all"`       // replace in every clash
	Partial   bool       `json:"partial"`   // leave out entries that are wrong; without it one of them keeps all out
	Workspace string     `json:"workspace"` // whose set becomes what is in the file, if Set names one
	Set       string     `json:"set"`       // "": no set
}

// ImportedPresets says what became of a file of sizes.
type ImportedPresets struct {
	Added    int              `json:"added"`
	Replaced int              `json:"replaced"`
	Same     int              `json:"same"`
	Wrong    []ReviewedPreset `json:"wrong"`
	Presets  []string         `json:"presets"` // the ids of all that are here now, in the file's order
}

// Import takes in the sizes of a file, all at once.
func (s *PresetService) Import(r ImportPresets) (_ ImportedPresets, err error) {
	defer s.done(&err)
	out := ImportedPresets{Wrong: []ReviewedPreset{}, Presets: []string{}}
	name := ""
	if r.Set != "" {
		if name, err = s.freeSetName(r.Workspace, r.Set); err != nil {
			return out, err
		}
	}
	entries, err := s.review(r.File)
	if err != nil {
		return out, err
	}
	replace := map[string]bool{}
	for _, id := range r.Replace {
		replace[id] = true
	}
	set, err := s.set()
	if err != nil {
		return out, err
	}
	var take []presets.Preset
	for _, e := range entries {
		switch {
		case e.State == EntryWrong:
			out.Wrong = append(out.Wrong, e.ReviewedPreset)
			continue
		case e.State == EntrySame:
			out.Same++
			out.Presets = append(out.Presets, e.ID)
			continue
		case e.State == EntryClash && (r.All || replace[e.ID]):
			out.Replaced++
		case e.State == EntryClash:
			e.preset.ID, e.preset.Title = ownPrefix+domain.NewID(time.Now()), another(set, e.preset.Title)
			out.Added++
		default:
			out.Added++
		}
		take = append(take, e.preset)
		out.Presets = append(out.Presets, e.preset.ID)
	}
	if len(out.Wrong) > 0 && !r.Partial {
		return ImportedPresets{Wrong: out.Wrong, Presets: []string{}}, nil
	}
	own := 0
	for _, p := range set.All() {
		if p.Network == "" {
			own++
		}
	}
	if own+out.Added > presets.Most {
		return ImportedPresets{}, &domain.FieldError{Field: "presets", Message: fmt.Sprintf("there would be %d sizes of your own; %d is the most", own+out.Added, presets.Most)}
	}
	if err := s.keep(take); err != nil {
		return ImportedPresets{}, err
	}
	if name != "" && len(out.Presets) > 0 {
		_, err = s.DB.AddPresetSet(s.ctx, domain.PresetSet{Workspace: domain.WorkspaceID(r.Workspace), Name: name, Presets: out.Presets})
	}
	s.Events.Changed(TopicLibrary, []string{})
	return out, err
}

// freeSetName returns a name for a set, or a FieldError if it is taken.
func (s *PresetService) freeSetName(workspace, name string) (string, error) {
	name, err := setName(name)
	if err != nil {
		return "", err
	}
	sets, err := s.DB.PresetSets(s.ctx, domain.WorkspaceID(workspace))
	for _, p := range sets {
		if p.Name == name {
			return "", &domain.FieldError{Field: "set", Message: fmt.Sprintf("there is a set called %q already", name)}
		}
	}
	return name, err
}

// another returns a title with the first number that no size of one's own has.
func another(set *presets.Set, title string) string {
	taken := map[string]bool{}
	for _, p := range set.All() {
		if p.Network == "" {
			taken[p.Title] = true
		}
	}
	for i := 2; ; i++ {
		if name := fmt.Sprintf("%.90s (%d)", title, i); !taken[name] {
			return strings.ToValidUTF8(name, "")
		}
	}
}
