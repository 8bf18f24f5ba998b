package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
)

// fenced is how many turns and delivery results the process says were refused because another one holds the shard.
func (p *service) fenced() (turns, deliveries int, err error) {
	res, err := http.Get("http://" + p.addr + "/metrics")
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	found := 0
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		for what, n := range map[string]*int{"turn": &turns, "delivery": &deliveries} {
			if value, ok := strings.CutPrefix(lines.Text(), `llave_fenced_total{what="`+what+`"} `); ok {
				if _, err := fmt.Sscan(value, n); err != nil {
					return 0, 0, err
				}
				found++
			}
		}
	}
	if found != 2 {
		return 0, 0, fmt.Errorf("%s does not say how often it was fenced", p.name)
	}
	return turns, deliveries, nil
}
