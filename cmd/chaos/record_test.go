package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"llave/bot/enginetest"
)

// What the program says is recorded as what it is.
func TestMessagesAreClassified(t *testing.T) {
	for text, want := range map[string]enginetest.Record{
		"El token anterior ya no vale. Este es el nuevo:\nToken de Jorge Acosta: 048 213\nVale hasta hoy": {Class: enginetest.Token, Value: "048 213", New: true},
		"Token de Jorge Acosta: 048 213\nVale hasta hoy":                                                  {Class: enginetest.Token, Value: "048 213"},
		"¿Reemplazo el token de Jorge? El actual deja de valer.":                                          {Class: enginetest.Question},
		"¿Los hago?": {Class: enginetest.Question},
		"Estoy pidiendo el cambio a IOMA; te lo mando apenas responda.": {Class: enginetest.Interim},
		"Aviso de seguridad: otro chat quedó vinculado.":                {Class: enginetest.Unrelated},
		"¿Qué necesitás?": {Class: enginetest.Answer},
	} {
		got := classified(text)
		if want.Text, _, _ = strings.Cut(text, "\n"); got != want {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

// The exit code says what became of a history that is judged again.
func TestAHistoryIsJudgedAgain(t *testing.T) {
	h := history()
	h.Add(enginetest.Record{What: enginetest.Begun})
	n := notes{history: h, chat: "a"}
	n.says("token", enginetest.Token)
	h.Add(enginetest.Record{What: enginetest.Done})
	var lost, whole bytes.Buffer
	if err := enginetest.Write(&lost, h.Records()); err != nil {
		t.Fatal(err)
	}
	if err := enginetest.Write(&whole, append(h.Records()[:1:1], h.Records()[2:]...)); err != nil {
		t.Fatal(err)
	}
	for want, file := range []io.Reader{&whole, &lost, strings.NewReader("no history")} {
		if got := judgeReader(file, io.Discard, io.Discard); got != want {
			t.Errorf("exit code %d, want %d", got, want)
		}
	}
	if judgeFile(t.TempDir()+"/none") != 2 {
		t.Error("a file that is not there is judged")
	}
}

// What is to happen on the way happens behind what the server did, and before its answer arrives.
func TestSomethingHappensOnTheWay(t *testing.T) {
	var did []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		did = append(did, "served "+string(body))
	}))
	defer server.Close()
	way, err := openPassage(server.URL, func(_, path string, body []byte) (bool, func()) { return path == "/worth" && len(body) > 0, nil })
	if err != nil {
		t.Fatal(err)
	}
	defer way.close()
	over := make(chan struct{})
	go func() {
		way.next(t.Context(), func() { did = append(did, "happened") })
		close(over)
	}()
	for armed := false; !armed; {
		way.mu.Lock()
		armed = way.happen != nil
		way.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	for _, path := range []string{"/other", "/worth", "/worth"} {
		res, err := http.Post(way.url+path, "text/plain", strings.NewReader(path))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		did = append(did, "answered")
	}
	<-over
	if got := strings.Join(did, ", "); got != "served /other, answered, served /worth, happened, answered, served /worth, answered" {
		t.Error(got)
	}
}
