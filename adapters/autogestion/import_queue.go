package autogestion

// stageQueue stores the lines of a file in its order, a batch at a time, in a goroutine of its own: while some lines are
// stored, the next ones are read, looked up and sealed.
type stageQueue struct {
	prepare func(*stageBatch) error // by the caller of flush
	store   func(*stageBatch) error // in the goroutine
	in      chan *stageBatch
	next    *stageBatch
	stored  chan *stageBatch // empty again
	failed  chan struct{}    // closed after err is set
	ended   chan struct{}
	err     error
}

// A batch has stageBatchLen lines, and stageAhead lines may wait. A line takes about 500 bytes.
const (
	stageBatchLen = 128
	stageAhead    = 4 * stageBatchLen
)

func newStageQueue(prepare, store func(*stageBatch) error) *stageQueue {
	const waiting = stageAhead / stageBatchLen
	q := &stageQueue{prepare: prepare, store: store, in: make(chan *stageBatch, waiting), next: &stageBatch{},
		stored: make(chan *stageBatch, waiting+2), failed: make(chan struct{}), ended: make(chan struct{})}
	go q.run()
	return q
}

// run ends with the queue, or at the first batch that cannot be stored.
func (q *stageQueue) run() {
	defer close(q.ended)
	for b := range q.in {
		if q.err = q.store(b); q.err != nil {
			close(q.failed)
			return
		}
		b.reset()
		q.stored <- b // has room for all batches that there are
	}
}

// flush sends the next batch if it is full, or in any case. It fails if an earlier one could not be stored.
func (q *stageQueue) flush(anyway bool) error {
	if n := q.next.len(); n == 0 || n < stageBatchLen && !anyway {
		return nil
	}
	if err := q.prepare(q.next); err != nil {
		return err
	}
	select {
	case q.in <- q.next:
	case <-q.failed:
		return q.err
	}
	select {
	case q.next = <-q.stored:
	default:
		q.next = &stageBatch{}
	}
	return nil
}

// wait stores what is left and ends the queue. It is called once, by the caller of flush.
func (q *stageQueue) wait() error {
	err := q.flush(true)
	close(q.in)
	<-q.ended
	if err == nil {
		err = q.err
	}
	return err
}
