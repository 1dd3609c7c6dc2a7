package media

import (
	"container/list"
	"context"
	"sync"
)

// cache keeps the pictures that were asked for last, and makes each once for all who wait for it.
type cache struct {
	most int64 // bytes

	mu     sync.Mutex
	bytes  int64
	recent *list.List // of picture, the newest at the front
	byTag  map[string]*list.Element
	making map[string]*work
}

// work is a picture being made.
type work struct {
	done    chan struct{}
	picture picture
	err     error
}

func newCache(most int64) *cache {
	return &cache{most: most, recent: list.New(), byTag: map[string]*list.Element{}, making: map[string]*work{}}
}

// get returns the picture of a tag, made now if it is not there. If whoever makes it gives up, the
// next who waits makes it.
func (c *cache) get(ctx context.Context, tag string, produce func() (picture, error)) (picture, error) {
	for {
		c.mu.Lock()
		if at, ok := c.byTag[tag]; ok {
			c.recent.MoveToFront(at)
			p, _ := at.Value.(picture)
			c.mu.Unlock()
			return p, nil
		}
		job, busy := c.making[tag]
		if !busy {
			job = &work{done: make(chan struct{})}
			c.making[tag] = job
		}
		c.mu.Unlock()
		if !busy {
			job.picture, job.err = produce()
			c.settle(tag, job)
			return job.picture, job.err
		}
		select {
		case <-job.done:
		case <-ctx.Done():
			return picture{}, ctx.Err()
		}
		if job.err == nil {
			return job.picture, nil
		}
		// It failed for another, perhaps only because that one went away.
	}
}

// settle keeps what was made and lets the oldest go.
func (c *cache) settle(tag string, job *work) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.making, tag)
	defer close(job.done)
	size := int64(len(job.picture.data))
	if job.err != nil || size > c.most/2 {
		return
	}
	c.byTag[tag] = c.recent.PushFront(job.picture)
	c.bytes += size
	for c.bytes > c.most {
		last := c.recent.Back()
		p, _ := last.Value.(picture)
		c.recent.Remove(last)
		delete(c.byTag, p.tag)
		c.bytes -= int64(len(p.data))
	}
}
