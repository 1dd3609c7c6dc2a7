package api

import (
	"fmt"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Explained is what the limits of a network are known from.
type Explained struct {
	Network string `json:"network"`
	Name    string `json:"name"`
	Facts   []Fact `json:"facts"`
}

// Fact is one limit and where it is known from.
type Fact struct {
	About  string `json:"about"` // a stable key: "text.max", "media.image.bytes", "rate.minute"
	Value  string `json:"value"`
	Source string `json:"source"` // document and date
	Date   string `json:"date"`   // of the source: "2026-07-18", "2026-07" or "2026"; "" if it says none
	Doubt  string `json:"doubt"`  // where sources disagree; "" for none
}

// Explain says what the limits of a network are known from, and how much it takes in a time.
func (s *NetworkService) Explain(id string) (_ Explained, err error) {
	defer s.done(&err)
	n, ok := s.Networks.Get(id)
	if !ok {
		return Explained{}, fmt.Errorf("network %q: %w", id, domain.ErrNotFound)
	}
	d := n.Describe()
	out := Explained{Network: d.ID, Name: d.Name, Facts: []Fact{}}
	for _, f := range d.Facts {
		out.Facts = append(out.Facts, Fact{About: string(f.About), Value: f.Value, Source: f.Source, Date: network.Dated(f.Source), Doubt: f.Doubt})
	}
	for _, w := range d.Budgets.Windows {
		out.Facts = append(out.Facts, Fact{
			About: "rate." + w.Name, Value: fmt.Sprintf("%d in %d s for one %s", w.Points, int64(w.Per.Seconds()), w.Scope),
			Source: w.Source, Date: network.Dated(w.Source),
		})
	}
	return out, nil
}
