package bot

import "fmt"

// NotSent says that a message certainly did not leave: the connection was refused, the name was not found. It is tried again
// as any other failure is, also where an unknown outcome would be final.
type NotSent struct{ Err error }

func (e *NotSent) Error() string { return fmt.Sprintf("not sent: %v", e.Err) }

// Unwrap returns the cause.
func (e *NotSent) Unwrap() error { return e.Err }
