package engine

import (
	"time"

	"llave/bot"
	"llave/bot/keyring"
)

// keepTime raises the timers that are due, and watches the store's health.
func (e *Engine) runTimers() {
	tick := time.NewTicker(e.timing.Tick)
	defer tick.Stop()
	var after bot.TimerDue
	for n := 1; ; n++ {
		select {
		case <-e.scope.Stopping():
			return
		case <-tick.C:
		}
		if (e.health.doubtful() || n%pingEvery == 0) && !e.ping() {
			continue
		}
		after = e.alarms(e.now(), after)
	}
}

// alarmPage is how many timers are looked at in one tick.
const alarmPage = 256

// alarms wakes the chats whose timers are due, a page of them beyond after. It returns where to go on; from the
// beginning again when all were looked at, for those that failed.
func (e *Engine) alarms(now time.Time, after bot.TimerDue) bot.TimerDue {
	held := e.heldShards()
	if len(held) == 0 {
		return bot.TimerDue{}
	}
	due, err := e.store.Due(e.scope.Context(), held, now, after, alarmPage)
	if err != nil {
		if e.scope.Context().Err() == nil {
			e.health.failed(err)
			e.log.Error("timers", "err", err)
		}
		return after
	}
	for _, t := range due {
		sh := e.shard(t.Chat)
		if sh == nil {
			continue
		}
		if err := sh.alarm(t); err != nil {
			e.log.Error("alarm", "key", t.Chat, "name", t.Name, "err", err)
		}
	}
	if len(due) < alarmPage {
		return bot.TimerDue{}
	}
	return due[len(due)-1]
}

// alarm wakes a chat one of whose timers is due. A timer that cannot be read is quarantined.
func (sh *Shard) alarm(t bot.TimerDue) error {
	if !sh.enter() {
		return nil // the next holder of the shard does
	}
	defer sh.scope.End()
	chat, err := sh.sealer.Open(keyring.ForTimer, t.Chat, t.Body)
	if err != nil {
		return sh.quarantineTimer(t)
	}
	return sh.take(sh.scope.Context(), bot.Update{Chat: bot.ChatID(chat), Kind: bot.Alarm, Subtype: t.Name, ID: "alarm/" + t.Name + "/" + t.Due.UTC().Format(time.RFC3339Nano)})
}
