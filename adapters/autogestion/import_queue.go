package autogestion

import "database/sql"

// stageQueue runs the statements of a staging file in their order, in a goroutine of its own: while a line is stored, the next
// one is read and sealed.
type stageQueue struct {
	in     chan stageStatement
	failed chan struct{} // closed after err is set
	ended  chan struct{}
	err    error
}

type stageStatement struct {
	stmt *sql.Stmt
	args []any
}

// stageAhead is how many lines may wait. A line takes about 500 bytes.
const stageAhead = 512

func newStageQueue() *stageQueue {
	q := &stageQueue{in: make(chan stageStatement, stageAhead), failed: make(chan struct{}), ended: make(chan struct{})}
	go q.run()
	return q
}

// run ends with the queue, or at the first statement that fails.
func (q *stageQueue) run() {
	defer close(q.ended)
	for s := range q.in {
		if _, err := s.stmt.Exec(s.args...); err != nil {
			q.err = err
			close(q.failed)
			return
		}
	}
}

// put adds a statement. It fails if an earlier one failed.
func (q *stageQueue) put(stmt *sql.Stmt, args ...any) error {
	select {
	case q.in <- stageStatement{stmt, args}:
		return nil
	case <-q.failed:
		return q.err
	}
}

// wait ends the queue, and returns after its last statement. It is called once, by the caller of put.
func (q *stageQueue) wait() error {
	close(q.in)
	<-q.ended
	return q.err
}
