package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func understood(t *testing.T, vars map[string]string, stdin string, args ...string) (out, errs string, code int) {
	t.Helper()
	var stdout, stderr strings.Builder
	p := program{getenv: vars, stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr,
		now: func() time.Time { return time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC) }}
	code = p.run(context.Background(), append([]string{"entiende"}, args...))
	return stdout.String(), stderr.String(), code
}

func TestEntiende(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	vars := map[string]string{"LLAVE_DATA": data}
	for _, c := range []struct {
		args  []string
		stdin string
		want  string
	}{
		{[]string{"-linked", "27-99999001-6", "token", "de", "juana"}, "", `{"intent":"token","people":["Juana Ruiz"],"unknown":[]}` + "\n"},
		{[]string{"-linked", "27999990016", "10 preimpresos para mamá para diciembre"}, "",
			`{"intent":"preprint","people":["Rosa Peralta"],"unknown":[],"count":10,"month":"2026-12"}` + "\n"},
		{[]string{"-linked", "27999990016"}, "token de pedro\nno quiero otro token\n\nme lo rechazaron\n",
			`{"intent":"token","people":[],"unknown":["pedro"]}` + "\n" +
				`{"intent":"none","people":[],"unknown":[]}` + "\n" +
				`{"intent":"none","people":[],"unknown":[]}` + "\n" +
				`{"intent":"rejected","people":[],"unknown":[]}` + "\n"},
		{nil, "token de juana\nse me venció la paciencia <b>\n", `{"intent":"token","people":[],"unknown":["juana"]}` + "\n" + `{"intent":"none","people":[],"unknown":[]}` + "\n"},
	} {
		out, errs, code := understood(t, vars, c.stdin, c.args...)
		if out != c.want || errs != "" || code != exitOK {
			t.Errorf("%q %q: exit %d, printed\n%s%s, want\n%s", c.args, c.stdin, code, out, errs, c.want)
		}
	}
	for name, args := range map[string][]string{"an unknown account": {"-linked", "20999990999", "x"}, "an unknown flag": {"-x"}} {
		if out, errs, code := understood(t, vars, "", args...); code != exitUsage || out != "" || errs == "" {
			t.Errorf("%s: exit %d, printed %q and %q", name, code, out, errs)
		}
	}
	if _, errs, code := understood(t, map[string]string{"LLAVE_DEMO": "0"}, "", "-linked", "27999990016", "x"); code != exitUsage || !strings.Contains(errs, "demo") {
		t.Errorf("outside the demo: exit %d, %q", code, errs)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("it made a data folder")
	}
}
