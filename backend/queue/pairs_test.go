package queue_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/prooftest"
	"postbag/backend/queue/queuetest"
)

// Q3: a process dies at any point, and its successor at any point as well: pairs of points by luck.
func TestACrashAfterACrashLosesAndDoublesNothing(t *testing.T) {
	shapes := queuetest.Shapes()
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			pairs := prooftest.Size(t, 250, 10) / len(shapes)
			for _, seed := range prooftest.Seeds(t) {
				luck := rand.New(rand.NewPCG(seed, 3))
				y := newYard(t, shape)
				channels := []domain.ChannelID{y.channel("one"), y.channel("two")}
				kills := 0
				for i := range pairs {
					y.add(channels[i%2], numbered(fmt.Sprintf("pair %d part %%d", i), 2)...)
					for range 2 {
						y.hurry()
						y.victim.Point = 1 + luck.Int64N(60)
						if killed, _ := y.victim.spawn(t); killed {
							kills++
						}
					}
				}
				y.settle()
				lost, doubled := y.audit()
				t.Logf("figure: Q3 pairs, %s: %d pairs, %d kills, %d posts, %d lost, %d doubled, %d held", shape, pairs, kills, len(y.texts), lost, doubled, y.count(domain.Held))
				if lost+doubled > 0 {
					prooftest.Errorf(t, seed, "%d lost, %d doubled", lost, doubled)
				}
			}
		})
	}
}
