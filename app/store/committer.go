package store

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// committer carries out all writes. One goroutine takes everything that waits,
// runs it in one transaction, commits, and answers each caller: many callers
// share one wait for the disk, and a single caller waits for nothing else.
type committer struct {
	session *session

	mu     sync.Mutex
	queue  []*request
	closed bool
	wake   chan struct{} // holds one token when there may be work
	done   chan struct{} // closed when the goroutine has ended
}

// request is one write. Its work may run more than once, each time in a new
// transaction, so it must not change anything but the database and its own
// results.
type request struct {
	work  func(*session) error
	taken atomic.Bool // by the committer, or by the caller who gave up
	ended chan error
}

func newCommitter(s *session) *committer {
	c := &committer{session: s, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go c.loop()
	return c
}

// do returns once work is committed and durable, or has failed alone. A caller
// who gives up before work was started gets ctx's error and nothing is
// written; afterwards the outcome is waited for.
func (c *committer) do(ctx context.Context, work func(*session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{work: work, ended: make(chan error, 1)}
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return ErrClosed
	}
	c.queue = append(c.queue, r)
	c.mu.Unlock()
	c.signal()

	select {
	case err := <-r.ended:
		return err
	case <-ctx.Done():
		if r.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		return <-r.ended
	}
}

// close lets what waits finish, refuses what comes after, and waits.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.signal()
	<-c.done
}

func (c *committer) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *committer) loop() {
	defer close(c.done)
	for range c.wake {
		for {
			c.gather()
			batch, closed := c.take()
			if len(batch) == 0 {
				if closed {
					return
				}
				break
			}
			c.commit(batch)
		}
	}
}

// gather lets callers that are ready to run add their requests: those answered
// together come back together, and should share the next commit as well.
// Nobody else being ready, it costs nothing.
func (c *committer) gather() {
	for before := -1; ; {
		c.mu.Lock()
		now := len(c.queue)
		c.mu.Unlock()
		if now == before {
			return
		}
		before = now
		runtime.Gosched()
	}
}

func (c *committer) take() (batch []*request, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.queue {
		if r.taken.CompareAndSwap(false, true) {
			batch = append(batch, r)
		}
	}
	clear(c.queue)
	c.queue = c.queue[:0]
	return batch, c.closed
}

// commit runs the batch as one transaction. When that fails, each request gets
// a transaction of its own, so that only those at fault fail.
func (c *committer) commit(batch []*request) {
	began, err := c.transact(batch)
	if err != nil && began && len(batch) > 1 {
		for _, r := range batch {
			_, err := c.transact([]*request{r})
			r.ended <- err
		}
		return
	}
	for _, r := range batch {
		r.ended <- err
	}
}

// transact also tells whether the transaction began: if it did not, trying
// each request again would only multiply the wait for a lock.
func (c *committer) transact(batch []*request) (began bool, err error) {
	if _, err := c.session.exec("BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	for _, r := range batch {
		if err = r.work(c.session); err != nil {
			break
		}
	}
	if err == nil {
		if _, err = c.session.exec("COMMIT"); err == nil {
			return true, nil
		}
	}
	// SQLite may have rolled back by itself (a full disk); then this one says so
	// and the first error is what matters.
	_, _ = c.session.exec("ROLLBACK")
	return true, err
}
