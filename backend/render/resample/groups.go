package resample

// groupSize is how many outputs of a row a vector kernel mixes at a time.
const groupSize = 8

// groupBytes is how many samples one look at a row takes in, for half a group.
const groupBytes = groupSize * 2

// groups are the weights of an axis in the order of a vector kernel. Group g makes outputs from at(g)
// on. For each half of a group one shuffle of groupBytes samples gathers a pair of neighbours for
// every output; the next pairs are the same shuffle two samples on.
type groups struct {
	outputs int
	pairs   int // of taps
	// The first sample of the halves of each group.
	starts []int32
	// Of each group, the shuffle and then the weights of each pair, 2·groupSize values each. A value
	// of the shuffle makes a word of one sample: the lower byte says which, the upper one is zero.
	table []int16
	// The samples that are looked at: from low on, to before high.
	low, high int
}

// at returns the first output of group g. The last group may do some of the one before it again.
func (g *groups) at(group int) int { return min(group*groupSize, g.outputs-groupSize) }

// newGroups returns nil where the axis cannot be grouped: too short, or a reduction so large that
// outputs of a group are too far apart.
func newGroups(a *axis, source int) *groups {
	outputs := len(a.starts)
	// The last look is groupBytes wide from the last pair on.
	reach := a.taps - 2 + groupBytes
	if outputs < groupSize || a.taps%2 != 0 || source < reach {
		return nil
	}
	const block, half = 2 * groupSize, groupSize / 2
	count := over(outputs, groupSize)
	g := &groups{outputs: outputs, pairs: a.taps / 2, low: source}
	g.starts = make([]int32, 0, 2*count)
	g.table = make([]int16, 0, count*block*(1+g.pairs))
	for group := range count {
		at := g.at(group)
		for side := at; side < at+groupSize; side += half {
			start := min(a.starts[side], int32(source-reach))
			g.starts = append(g.starts, start)
			g.low, g.high = min(g.low, int(start)), max(g.high, int(start)+reach)
			for i := side; i < side+half; i++ {
				offset := a.starts[i] - start
				if offset > groupBytes-2 {
					return nil
				}
				const zero = -1 << 15 // a shuffle's upper bit
				g.table = append(g.table, zero+int16(offset), zero+int16(offset)+1)
			}
		}
		for k := 0; k < a.taps; k += 2 {
			for i := at; i < at+groupSize; i++ {
				g.table = append(g.table, a.weights[i*a.taps+k], a.weights[i*a.taps+k+1])
			}
		}
	}
	return g
}
