package network

import "context"

// Phaser is a network of ShapePhase: it makes an invisible object, the container (a draft, an
// unpublished video, a media container), and then one request that makes this very object
// visible. Publish makes the container by a Prepare step that Descriptor.Container can read the
// id of, and names the id in the Container of the request that flips it.
//
// Where a single request both makes the object and publishes it, there is nothing to write down before: its
// answer alone names the object (CodeTaken). With the answer the object can be asked what became of it; without
// it a person is. Such a request is never repeated on the word of an object that may become visible.
//
// What makes the shape safe is that one container is one post, however often it is flipped. So
// after a lost answer the queue asks the container, adopts what is published, and flips the
// same one again if it is not.
type Phaser interface {
	// Container asks in what state the container of the segment at index len(p.Done) is. It only
	// reads. An answer that says nothing certain is an error.
	Container(ctx context.Context, c Calls, a Account, p Plan, id string) (Container, error)
}

// Container is what a network says of an invisible object.
type Container struct {
	State ContainerState
	// Receipt names the post, if State is ContainerPublished. Its RemoteID is empty if the network
	// does not tell yet which post the container became.
	Receipt Receipt
	// Detail is what the network says of it, for people; it may be empty.
	Detail string
}

// ContainerState says how far an invisible object is.
type ContainerState string

// Every state of a container.
const (
	ContainerBuilding  ContainerState = "building"  // the network still works on it
	ContainerReady     ContainerState = "ready"     // can be made visible, and is not
	ContainerPublished ContainerState = "published" // is visible
	ContainerFailed    ContainerState = "failed"    // the network could not make it
	ContainerExpired   ContainerState = "expired"   // its time is over, or the network knows it no more
)
