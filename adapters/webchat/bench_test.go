package webchat

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// BenchmarkOpenPages opens 500 pages' streams and says what memory they take, ours and the kernel's view of it. The
// other ends are in the same process, so a little of it is theirs.
//
//	go test ./adapters/webchat -run '^$' -bench OpenPages -benchtime 1x
func BenchmarkOpenPages(b *testing.B) {
	const pages = 500
	for b.Loop() {
		w, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "webchat.db"), Key: bytes.Repeat([]byte{3}, 32), PublicURL: "http://llave.test",
			Address: func(r *http.Request) string { return r.RemoteAddr }}) // each page comes from elsewhere
		if err != nil {
			b.Fatal(err)
		}
		srv := httptest.NewServer(w.Handler(&fakeBot{seen: map[string]bool{}}))
		inUse, resident := memory(b)
		var conns []net.Conn
		for range pages {
			conns = append(conns, openPage(b, w, strings.TrimPrefix(srv.URL, "http://")))
		}
		inUse2, resident2 := memory(b)
		if n := w.hub.open(); n != pages {
			b.Fatalf("%d pages are open", n)
		}
		b.ReportMetric(float64(inUse2-inUse)/(1<<20), "MiB-in-use")
		b.ReportMetric(float64(resident2-resident)/(1<<20), "MiB-resident")
		begin := time.Now()
		w.Leave()
		for _, c := range conns {
			_ = c.Close()
		}
		srv.Close()
		b.ReportMetric(float64(time.Since(begin).Milliseconds()), "ms-to-leave")
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func openPage(b *testing.B, w *Web, address string) net.Conn {
	b.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Fprintf(c, "GET /chat/events HTTP/1.1\r\nHost: x\r\nCookie: chat=%s\r\n\r\n", w.newCookie())
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	for in := bufio.NewReaderSize(c, 16); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		if strings.HasPrefix(line, "event: ready") {
			return c
		}
	}
}

// memory is what the program holds now: heap and stacks, and resident pages where the system tells.
func memory(b *testing.B) (inUse, resident int64) {
	b.Helper()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	raw, err := os.ReadFile("/proc/self/statm")
	if err == nil {
		var size int64
		_, _ = fmt.Sscan(string(raw), &size, &resident)
	}
	return int64(m.HeapInuse + m.StackInuse), resident * int64(os.Getpagesize())
}
