package whatsapptest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Fault is what goes wrong with the matching messages, uploads or downloads.
type Fault struct {
	// On is the kind of stanza, as [Stanza] names it; or "login", "pairing", "paired" (a client that keeps its new keys), "deliver" (a message on its way to a
	// number: to its companions, if it has some), "upload", "download". From and To are numbers; empty is any.
	On, From, To string
	Times        int // how often; 0 is always

	Failure int           // of a login: its reason, with Code and Expire
	Code    int           //
	Expire  time.Duration //

	Silent   bool // nothing is done and nothing answered
	Cut      bool // nothing is done, and the connection is cut
	Error    int  // is answered, and nothing done; of an upload or a download: the status
	Lost     bool // of a message: it is done, and the connection is cut instead of an answer
	Unacked  bool // of a message: it is done and never answered
	Garbled  bool // of a message on its way: what arrives cannot be decrypted; of a download: a byte of it is another
	Repeated bool // of a message on its way: it comes twice
	// Unavailable, of a message on its way, is why there is nothing in it for this device ("view_once"); "unknown" is no reason.
	Unavailable string
}

// faultMoment is what a fault may be for.
type faultMoment struct{ on, from, to string }

// Fault adds a fault.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = -1
	}
	s.faults = append(s.faults, &f)
}

// Heal takes back all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault is what goes wrong now, nil if nothing does. The lock is held.
func (s *Server) fault(m faultMoment) *Fault {
	for i, f := range s.faults {
		if f.On != m.on || f.From != "" && f.From != m.from || f.To != "" && f.To != m.to {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return f
	}
	return nil
}

// each calls f with the connected companion devices of a number: not its phone. The lock is held.
func (s *Server) companions(number string, f func(*device)) {
	a := s.find(types.NewJID(number, types.DefaultUserServer))
	if a == nil {
		return
	}
	for _, d := range slices.Clone(a.devices) {
		if d.id != 0 && d.conn != nil {
			f(d)
		}
	}
}

// Cut cuts the connections of a number's companion devices.
func (s *Server) Cut(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companions(number, func(d *device) { d.conn.drop() })
}

// Unlink removes a number's companion devices, as their phone does.
func (s *Server) Unlink(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companions(number, func(d *device) {
		d.conn.end(streamError("401", "device_removed"))
		d.acc.devices = slices.DeleteFunc(d.acc.devices, func(o *device) bool { return o == d })
	})
}

// Replace tells a number's companion devices that another process has connected with their keys.
func (s *Server) Replace(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companions(number, func(d *device) { d.conn.end(streamError("", "replaced")) })
}

// StreamError sends one to a number's companion devices and cuts the connection.
func (s *Server) StreamError(number, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companions(number, func(d *device) {
		d.conn.send(streamError(code, ""))
		time.AfterFunc(linger/3, d.conn.drop)
	})
}

// Timelock tells a number's companion devices that they may not write to new people, until when; a zero time ends that.
func (s *Server) Timelock(number string, until time.Time) {
	lock := map[string]any{"enforcement_type": "reachout", "is_active": !until.IsZero()}
	if !until.IsZero() {
		lock["time_enforcement_ends"] = fmt.Sprint(until.Unix())
	}
	body, _ := json.Marshal(map[string]any{"data": map[string]any{"xwa2_notify_account_reachout_timelock": lock}})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.companions(number, func(d *device) {
		d.conn.send(waBinary.Node{
			Tag:     "notification",
			Attrs:   waBinary.Attrs{"from": types.ServerJID, "type": "mex", "id": fmt.Sprint(s.next()), "t": s.now().Unix()},
			Content: []waBinary.Node{{Tag: "update", Attrs: waBinary.Attrs{"op_name": "NotificationAccountReachoutTimelock"}, Content: body}},
		})
	})
}

// Online says whether a companion device of a number is connected and gets its messages.
func (s *Server) Online(number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	on := false
	s.companions(number, func(d *device) { on = on || d.active })
	return on
}

// Owed is how many messages the companion devices of a number have not confirmed.
func (s *Server) Owed(number string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.find(types.NewJID(number, types.DefaultUserServer))
	if a == nil {
		return 0
	}
	for _, d := range a.devices {
		if d.id == 0 {
			continue
		}
		for _, q := range d.queue {
			if q.node.Tag == "message" {
				n++
			}
		}
	}
	return n
}
