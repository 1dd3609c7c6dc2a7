// Package posts is what people do with posts: write them, fit them to each channel, keep every
// version, and see what each network would say before anything is planned.
//
// A post is shared content and one variant per channel; a variant follows the shared content
// field by field until a field is overridden (domain.Override). Every save is one transaction and
// one version. A save names the version it was made from, so two windows never overwrite each
// other; a save that changes nothing makes no version.
//
// Saving is generous and checking is strict. A text that is too long for a network, a half-typed
// link or a missing description is saved as it is, because nothing a person made may be lost;
// Check lists it beside its channel. Only what is not text at all, or is too large to keep, is
// refused (Clean).
//
// Draft turns a variant into a network.Plan. It is pure: the composer's checks and the queue's
// freezer use the same function, so what was checked is what is frozen.
package posts
