package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

// A password that was typed in the web chat is not on the page, not in its history, and not in the log.
func TestAPasswordIsNotShownAgain(t *testing.T) {
	t.Parallel()
	x := start(t, nil)
	base := x.out.waitFor(t, `Autogestión +(http://\S+)/autogestion/`)[1]
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar}
	res, err := c.Get(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	body, _ := json.Marshal(map[string]any{"id": "0123456789abcdef", "text": "mi clave de IOMA es Perro2024 y mi cuil 27-99999001-6"})
	req, _ := http.NewRequest(http.MethodPost, base+"/chat/messages", strings.NewReader(string(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if res, err = c.Do(req); err != nil || res.StatusCode != http.StatusAccepted {
		t.Fatal(res, err)
	}
	res.Body.Close()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, _ = http.NewRequestWithContext(ctx, http.MethodGet, base+"/chat/events", nil)
	if res, err = c.Do(req); err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	seen := ""
	for lines := bufio.NewScanner(res.Body); !strings.Contains(seen, "Tapé lo que parecía tu contraseña"); seen += lines.Text() + "\n" {
		if !lines.Scan() {
			t.Fatalf("nothing is said of the password: %s", seen)
		}
	}
	if !strings.Contains(seen, "mi clave de IOMA es ···") || strings.Contains(seen, "Perro2024") || strings.Contains(seen, "99999001") {
		t.Errorf("the page is shown %s", seen)
	}
	x.cancel()
	x.waitExit(exitOK)
	if log := x.errs.String(); strings.Contains(log, "Perro2024") {
		t.Error("the password stands in the log")
	}
}
