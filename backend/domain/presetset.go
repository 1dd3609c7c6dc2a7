package domain

// PresetSetID identifies a PresetSet.
type PresetSetID string

// PresetSet is a named list of the sizes that a brand works with.
type PresetSet struct {
	ID        PresetSetID
	Workspace WorkspaceID
	Name      string
	Presets   []string // ids of sizes, built-in ones and own ones; some may be gone
	Current   bool     // the one in use; of a workspace at most one is
}
