package main

import (
	"strings"
	"testing"
)

func TestTelegramConfiguration(t *testing.T) {
	token := "70001:TEST_token-of-a-bot-that-is-not-there"
	with := func(pairs ...string) map[string]string {
		m := map[string]string{"LLAVE_TELEGRAM_TOKEN": token, "LLAVE_AUTOGESTION": "embedded"}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	for _, c := range []struct {
		vars map[string]string
		want string // the variable that is wrong
	}{
		{with(), ""},
		{with("LLAVE_TELEGRAM_TOKEN", ""), ""},
		{with("LLAVE_AUTOGESTION", ""), "LLAVE_AUTOGESTION_URL"},
		{with("LLAVE_AUTOGESTION", "outside"), "LLAVE_AUTOGESTION"},
		{with("LLAVE_TELEGRAM_TOKEN", "hola"), "LLAVE_TELEGRAM_TOKEN"},
		{with("LLAVE_TELEGRAM_TOKEN", token+"\n"), "LLAVE_TELEGRAM_TOKEN"},
		{with("LLAVE_TELEGRAM_API", "http://127.0.0.1:8081"), ""},
		{with("LLAVE_TELEGRAM_API", "127.0.0.1:8081"), "LLAVE_TELEGRAM_API"},
		{with("LLAVE_TELEGRAM_RATE", "0"), ""},
		{with("LLAVE_TELEGRAM_RATE", "0.5"), ""},
		{with("LLAVE_TELEGRAM_RATE", "-1"), "LLAVE_TELEGRAM_RATE"},
		{with("LLAVE_TELEGRAM_RATE", "NaN"), "LLAVE_TELEGRAM_RATE"},
		{with("LLAVE_TELEGRAM_SECRET", "corto"), "LLAVE_TELEGRAM_SECRET"},
		{with("LLAVE_TELEGRAM_WEBHOOK", "si"), "LLAVE_TELEGRAM_WEBHOOK"},
		{with("LLAVE_TELEGRAM_WEBHOOK", "1"), "LLAVE_TELEGRAM_WEBHOOK"},
		{with("LLAVE_TELEGRAM_WEBHOOK", "1", "LLAVE_PUBLIC_URL", "http://llave.example"), "LLAVE_TELEGRAM_WEBHOOK"},
		{with("LLAVE_TELEGRAM_WEBHOOK", "1", "LLAVE_PUBLIC_URL", "https://llave.example"), ""},
		{with("LLAVE_TELEGRAM_WEBHOOK", "1", "LLAVE_TELEGRAM_API", "http://127.0.0.1:8081"), ""},
		{with("LLAVE_TELEGRAM_WEBHOOK", "1", "LLAVE_TELEGRAM_TOKEN", ""), "LLAVE_TELEGRAM_WEBHOOK"},
	} {
		_, err := readConfig(c.vars)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), "\n  "+c.want+":") {
			t.Errorf("%v: %v, want %q", c.vars, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "corto")) {
			t.Errorf("a secret stands in the error: %v", err)
		}
	}
}
