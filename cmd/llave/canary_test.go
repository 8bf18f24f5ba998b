package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// canaryFolder is the data folder of the program that this test starts of itself.
const canaryFolder = "LLAVE_TEST_CANARY"

// What people say, and what they get, is readable in no file and in nothing that the program prints for its operator: not while it runs,
// not after a kill -9 with a message in its hand, not in the dump of a SIGQUIT.
func TestCanariesOfAProgramThatIsKilled(t *testing.T) {
	if folder := os.Getenv(canaryFolder); folder != "" {
		vars := map[string]string{"LLAVE_ADDR": "127.0.0.1:0", "LLAVE_DATA": folder}
		p := program{getenv: vars, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: testClock(t), passwordCost: cheapPasswords}
		p.run(context.Background(), []string{"chat", "-linked", "27-99999001-6"})
		return
	}
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	var errs strings.Builder
	secrets := []string{"CANARIO", "canario-clave-91", "2215550199", "27-99999004-0", "27999990040", "99999001", "Juana Ruiz", "María Elena", "9-4071852"}
	for _, end := range []syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT} {
		x := startCanary(t, folder)
		for _, line := range []string{"CANARIO sobre mi salud, mi cuil es 27-99999004-0 y mi teléfono 2215550199", "mi clave es canario-clave-91", "token de juana"} {
			io.WriteString(x.in, line+"\n")
		}
		digits := x.out.waitFor(t, `Token de Juana Ruiz\n(\d{3}) (\d{3})`)
		secrets = append(secrets, digits[1]+digits[2], digits[1]+" "+digits[2])
		io.WriteString(x.in, "persona\nCANARIO para quien atiende\n10 preimpresos para juana\n")
		x.out.waitFor(t, `(?i)tu caso `)
		if err := x.cmd.Process.Signal(end); err != nil {
			t.Fatal(err)
		}
		x.cmd.Wait()
		errs.WriteString(x.errs.String())
	}
	if !regexp.MustCompile(`SIGQUIT(.|\n)*goroutine \d+ `).MatchString(errs.String()) {
		t.Errorf("there is no dump: %s", errs.String())
	}
	unreadable(t, folder, errs.String(), secrets...)
}

// canaryProgram is the program as a process of its own.
type canaryProgram struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out, errs *output
}

func startCanary(t *testing.T, folder string) *canaryProgram {
	t.Helper()
	x := &canaryProgram{out: newOutput(), errs: newOutput()}
	x.cmd = exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestCanariesOfAProgramThatIsKilled$")
	x.cmd.Env = append(os.Environ(), canaryFolder+"="+folder)
	x.cmd.Stdout, x.cmd.Stderr = x.out, x.errs
	var err error
	if x.in, err = x.cmd.StdinPipe(); err == nil {
		err = x.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}
