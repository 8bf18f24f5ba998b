package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
)

// everyCase reads all cases, which are closed by now.
func (a *deskAgent) everyCase() (all []deskCase, err error) {
	after := ""
	for {
		var page struct {
			Cases []struct {
				ID uint64 `json:"id"`
			} `json:"cases"`
			After string `json:"after"`
		}
		if _, err := a.do(http.MethodGet, "/mesa/casos?tab=closed&after="+url.QueryEscape(after), nil, &page); err != nil {
			return nil, err
		}
		for _, row := range page.Cases {
			c, err := a.looks(row.ID)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
		if after = page.After; after == "" {
			return all, nil
		}
	}
}

// check holds the cases against what people said and received.
func (d *deskDay) check(cases []deskCase) error {
	filed, spoken := map[string]int{}, map[string]int{}
	for _, c := range cases {
		for i, e := range c.Entries {
			if e.N != uint64(i+1) {
				return fmt.Errorf("case %d: entry %d is numbered %d", c.ID, i+1, e.N)
			}
			switch e.Kind {
			case "said":
				filed[e.Text]++
			case "spoken":
				spoken[e.Text]++
				if e.Delivery != "sent" && e.Delivery != "delivered" && e.Delivery != "read" {
					return fmt.Errorf("case %d: %q is %q", c.ID, e.Text, e.Delivery)
				}
			}
		}
	}
	received := 0
	for _, u := range d.users {
		for _, text := range u.said {
			if text != "persona" && filed[text] != 1 {
				return fmt.Errorf("%q of %s is filed %d times", text, u.name, filed[text])
			}
		}
		for _, text := range u.received {
			if spoken[text] != 1 {
				return fmt.Errorf("%q is in the cases %d times", text, spoken[text])
			}
			received++
		}
	}
	if received != len(spoken) {
		return fmt.Errorf("%d answers are in the cases, %d arrived", len(spoken), received)
	}
	return nil
}

// timers counts the timers of the chats, each of which has a case that is remembered.
func (d *deskDay) timers() error {
	d.kill()
	db, err := sql.Open("sqlite", filepath.Join(d.data, "llave.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(d.ctx, "SELECT COUNT(*) FROM timer WHERE name = 'case'").Scan(&n); err != nil {
		return err
	}
	if n != d.opened() {
		return fmt.Errorf("%d chats have a case, %d a timer of it", d.opened(), n)
	}
	return nil
}
