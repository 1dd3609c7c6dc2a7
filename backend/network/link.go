package network

// Linker is a network whose posts can be told by their address.
type Linker interface {
	// Linked returns the receipt of the post at an address that a person copied, as far as the address
	// tells. It reports false if no post of a can be there. It asks nobody.
	Linked(a Account, link string) (Receipt, bool)
}
