package engine

import (
	"llave/bot"
)

// adopt notes a call whose turn has ended. False: there is one already.
func (cs *calls) adopt(key string, c *call) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.pending[key] != nil {
		return false
	}
	cs.pending[key] = c
	return true
}

// late says whether the call of an effect whose turn has ended is under way.
func (cs *calls) late(key string) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.pending[key] != nil
}

func (cs *calls) forget(key string) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.pending, key)
}

func (cs *calls) dropped(c *call) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return c.gone
}

// abandon ends the attempts at an effect that a turn has dropped. One that is under way is left to end.
func (cs *calls) abandon(key string) {
	cs.mu.Lock()
	c, end := cs.pending[key], func() {}
	if c != nil {
		if c.gone = true; c.waits && !c.isOver {
			end = cs.end(c, bot.Result{Failed: true, Unknown: c.sent})
		}
	}
	cs.mu.Unlock()
	end()
}
