// Command chaos writes to the real program through a pipe and kills it, kill -9, at random moments. Then it counts:
// every line that was taken is answered, no answer differs from its repetition, and there are exactly as many new
// tokens, and sheets of preprinted ones, as were asked for and shown.
//
//	go run ./cmd/chaos -conversations 500
//	go run ./cmd/chaos -conversations 500 -through poll      # Telegram, with a tenth of the replies lost
//	go run ./cmd/chaos -conversations 500 -through webhook
//	go run ./cmd/chaos -conversations 2000 -through desk -for 30m   # cases of Mesa de Ayuda; nobody comes after half an hour
//	go run ./cmd/chaos -conversations 500 -through screens   # how quick the desk is; nothing is killed
//	go run ./cmd/chaos -conversations 500 -store redis     # on a Redis of its own, also with -through
//	go run ./cmd/chaos -conversations 60 -replicas kill    # or stop, or term: two processes on one Redis
//	go run ./cmd/chaos -conversations 500 -at 2026-12-31T23:58   # with the program's clock there, in Buenos Aires
//
// It exits with 1 if a promise was broken. The figures are on the last line.
//
// Reading order: main.go, telegram.go (the same through Telegram), desk.go (a day at Mesa de Ayuda; desk_people.go, who works there;
// desk_check.go, what is counted; screens.go, how quick it is), sheet.go (what is counted of sheets), clock.go,
// redis.go (the Redis of a run), replicas.go (two processes on it).
package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite"
)

func main() {
	n := flag.Int("conversations", 500, "how many conversations")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the moments at which it is killed")
	channel := flag.String("through", "terminal", "terminal, or Telegram by poll or webhook; desk: Telegram with agents at Mesa de Ayuda, or screens: how quick they are")
	binary := flag.String("binary", "", "the program; built from ./cmd/llave if not given")
	kill := flag.Duration("kill", time.Minute, "at the desk: how often it is killed, on average")
	long := flag.Duration("for", 0, "at the desk: nobody comes after this time; 0: all come")
	store := flag.String("store", "sqlite", "where the conversations are kept: sqlite, or redis")
	fault := flag.String("replicas", "", "two processes on a Redis: kill, stop (for longer than the lease) or term, to one of them")
	at := flag.String("at", "", "the day and hour at which the program begins, in Buenos Aires (2006-01-02T15:04); the machine's if not given")
	flag.Parse()
	if err := clock.begin(*at); err != nil {
		fmt.Fprintln(os.Stderr, "chaos: -at:", err)
		os.Exit(2)
	}
	if *fault != "" {
		*store, *channel = "redis", "replicas"
	}
	stop, err := beginStore(*store)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos: -store:", err)
		os.Exit(2)
	}
	begin := func() (sightings, error) { return run(context.Background(), *n, *seed, *binary, os.Stderr) }
	switch *channel {
	case "terminal":
	case "poll", "webhook":
		fmt.Fprintf(os.Stderr, "seed %d\n", *seed)
		begin = func() (sightings, error) {
			return onTelegram(context.Background(), *n, *seed, *binary, *channel == "webhook")
		}
	case "desk":
		fmt.Fprintf(os.Stderr, "seed %d\n", *seed)
		begin = func() (sightings, error) { return atTheDesk(context.Background(), *n, *seed, *binary, *kill, *long) }
	case "screens":
		if err := measureScreens(context.Background(), *n, *seed, *binary); err != nil {
			fmt.Fprintln(os.Stderr, "chaos:", err)
			os.Exit(1)
		}
		return
	case "replicas":
		fmt.Fprintf(os.Stderr, "seed %d\n", *seed)
		begin = func() (sightings, error) { return onReplicas(context.Background(), *n, *seed, *binary, *fault) }
	default:
		fmt.Fprintln(os.Stderr, "chaos: -through is terminal, poll, webhook, desk or screens")
		os.Exit(2)
	}
	sum, err := begin()
	stop()
	fmt.Println(sum)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// beginStore starts what keeps the conversations. The function that it returns stops it.
func beginStore(kind string) (stop func(), err error) {
	switch kind {
	case "sqlite":
		return func() {}, nil
	case "redis":
	default:
		return nil, errors.New("it is sqlite or redis")
	}
	dir, err := os.MkdirTemp("", "llave-chaos-redis")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	if err := conversationsIn.begin(ctx, dir); err != nil {
		cancel()
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return func() {
		cancel()
		conversationsIn.wait()
		os.RemoveAll(dir)
	}, nil
}

// sightings is what happened.
type sightings struct {
	Conversations, Kills, Answered, Repeated, Retyped int
	Tokens, Sheets                                    int
	Longest                                           time.Duration // from a fault of a replica to the next answer
}

func (t sightings) String() string {
	text := fmt.Sprintf("conversations=%d kills=%d answered=%d answered_again_alike=%d retyped_because_never_taken=%d new_tokens_by_the_back_ends_books=%d sheets=%d",
		t.Conversations, t.Kills, t.Answered, t.Repeated, t.Retyped, t.Tokens, t.Sheets)
	if t.Longest > 0 {
		text += fmt.Sprintf(" longest_until_answered=%s", t.Longest.Round(time.Millisecond))
	}
	return text
}

// workers run at the same time, each on data of its own.
const workers = 2

func run(ctx context.Context, n int, seed uint64, binary string, progress io.Writer) (sightings, error) {
	dir, binary, remove, err := prepare(ctx, binary)
	if err != nil {
		return sightings{}, err
	}
	defer remove()
	fmt.Fprintf(progress, "seed %d\n", seed)
	var mu sync.Mutex
	var sum sightings
	var errs []error
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			w := &worker{ctx: ctx, binary: binary, data: filepath.Join(dir, fmt.Sprint(i)), rng: rand.New(rand.NewPCG(seed, uint64(i)))}
			err := w.all((n + i) / workers)
			mu.Lock()
			defer mu.Unlock()
			sum.add(w.sightings)
			if err != nil {
				errs = append(errs, fmt.Errorf("worker %d, seed %d: %w", i, seed, err))
			}
		})
	}
	wg.Wait()
	return sum, errors.Join(errs...)
}

// prepare makes a folder for what is kept, and the program if it is not given.
func prepare(ctx context.Context, binary string) (dir, built string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "llave-chaos"); err != nil {
		return "", "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	if binary == "" {
		binary = filepath.Join(dir, "llave")
		build := exec.CommandContext(ctx, "go", "build", "-tags", "testclock", "-o", binary, "llave/cmd/llave")
		if out, err := build.CombinedOutput(); err != nil {
			remove()
			return "", "", nil, fmt.Errorf("build: %w\n%s", err, out)
		}
	}
	return dir, binary, remove, nil
}

// worker is one person at one terminal.
type worker struct {
	sightings
	ctx    context.Context
	binary string
	data   string
	rng    *rand.Rand
	shown  map[string]bool   // digits of new tokens
	papers map[string][]byte // documents by the path that was printed
	usual  time.Duration     // how long a process takes from its start to its end, lately
}

const (
	question = "¿Reemplazo el token"
	renewed  = "Este es el nuevo"
)

var digits = regexp.MustCompile(`(?m)(?:^|: )(\d{3} \d{3})$`)

func (w *worker) all(n int) error {
	w.shown, w.papers = map[string]bool{}, map[string][]byte{}
	if out, err := w.finish("token\n", "chat", "-linked", "20-99999021-6"); err != nil || !digits.MatchString(out) {
		return fmt.Errorf("first token: %w: %q", err, out)
	}
	for i := range n {
		about := w.conversation
		if i%5 == 1 && w.Sheets < mostSheets {
			about = w.sheet
		}
		if err := about(); err != nil {
			return fmt.Errorf("conversation %d: %w", w.Conversations, err)
		}
		w.Conversations++
	}
	return w.count(len(w.shown))
}

// conversation asks for another token, with the program killed after the question and somewhere around the answer.
func (w *worker) conversation() error {
	if err := w.until("otro token\n", question); err != nil {
		return err
	}
	answers, err := w.yes(digits)
	if err != nil {
		return err
	}
	return w.answered(answers)
}

// yes says it until it is answered with what fits, killing the program each time.
func (w *worker) yes(fits *regexp.Regexp) ([][]string, error) {
	for range 20 {
		out, err := w.sendAndKill("sí\n")
		if err != nil {
			return nil, err
		}
		owed, err := w.finish("")
		if err != nil {
			return nil, err
		}
		if answers := fits.FindAllStringSubmatch(out+owed, -1); len(answers) > 0 {
			return answers, nil
		}
		if strings.Contains(out+owed, "¿Qué necesitás?") {
			return nil, fmt.Errorf("the yes was answered with a menu: the one before was lost: %q then %q", out, owed)
		}
		w.Retyped++
	}
	return nil, errors.New("never gets an answer")
}

// answered checks that all copies of the answer are alike, and new.
func (w *worker) answered(answers [][]string) error {
	for _, a := range answers[1:] {
		if a[1] != answers[0][1] {
			return fmt.Errorf("two answers to one yes: %q", answers)
		}
		w.Repeated++
	}
	if w.shown[answers[0][1]] {
		return errors.New("a token that was shown before is shown as new")
	}
	w.shown[answers[0][1]] = true
	w.Answered++
	return nil
}

// until says a line, killing the program half of the time, until it is answered as wanted.
func (w *worker) until(line, want string) error {
	for range 30 {
		out, err := w.sendAndKill(line)
		if err != nil {
			return err
		}
		owed, err := w.finish("")
		if err != nil {
			return err
		}
		if strings.Contains(out+owed, want) {
			return nil
		}
		w.Retyped++
	}
	return fmt.Errorf("%q is never answered with %q", line, want)
}

// killed says a line to a fresh process and kills it a random time later. It returns what was printed until then.
func (w *worker) sendAndKill(line string) (string, error) {
	cmd := w.command()
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	out := make(chan string)
	go func() {
		text, _ := io.ReadAll(bufio.NewReader(stdout))
		out <- string(text)
	}()
	io.WriteString(in, line)
	// From the middle of the start to a while after the answer.
	time.Sleep(w.usual/4 + time.Duration(w.rng.Int64N(int64(w.usual))))
	cmd.Process.Kill()
	text := <-out
	cmd.Wait()
	w.Kills++
	if strings.Contains(log.String(), "panic") {
		return "", fmt.Errorf("it panicked: %s", log.String())
	}
	return text, w.keep(text)
}

// finish runs the program to its end: it prints what is owed.
func (w *worker) finish(input string, args ...string) (string, error) {
	cmd := w.command(args...)
	cmd.Stdin = strings.NewReader(input)
	var log bytes.Buffer
	cmd.Stderr = &log
	begin := time.Now()
	out, err := cmd.Output()
	w.usual = time.Since(begin)
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, log.String())
	}
	return string(out), w.keep(string(out))
}

func (w *worker) command(args ...string) *exec.Cmd {
	if len(args) == 0 {
		args = []string{"chat"}
	}
	cmd := exec.CommandContext(w.ctx, w.binary, args...)
	cmd.Env = append(environment(w.data), "LLAVE_ADDR=127.0.0.1:0")
	return cmd
}

// count holds the back end's own books against how many were shown: the first token and one for each answer.
func (w *worker) count(shown int) error {
	db, err := sql.Open("sqlite", filepath.Join(w.data, "autogestion.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	var tokens int
	if err := db.QueryRowContext(w.ctx, "SELECT COUNT(*) FROM token WHERE sheet IS NULL").Scan(&tokens); err != nil {
		return err
	}
	w.Tokens = tokens - 1
	var sheets int
	if err := db.QueryRowContext(w.ctx, "SELECT COUNT(*) FROM sheet").Scan(&sheets); err != nil {
		return err
	}
	switch {
	case sheets != w.Sheets:
		return fmt.Errorf("%d sheets were made, and %d asked for and shown", sheets, w.Sheets)
	case w.Tokens > shown:
		return fmt.Errorf("%d new tokens, only %d shown: minted twice, or lost", w.Tokens, shown)
	case w.Tokens < shown:
		return fmt.Errorf("%d new tokens, but %d shown", w.Tokens, shown)
	}
	return nil
}

// environment is ours without what would configure the program, with its clock and where it keeps what it knows.
func environment(data string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LLAVE_") })
	env = append(env, "TESTCLOCK_AHEAD="+time.Duration(clock).String(), "LLAVE_DATA="+data)
	return append(env, conversationsIn.environment(data)...)
}
