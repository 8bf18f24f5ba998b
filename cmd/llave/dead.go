package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/flows"
	"llave/store"
	"llave/store/sqlitedb"
)

// dead lists what was set aside or given up, or puts it back.
func (p program) dead(ctx context.Context, args []string) error {
	retry := len(args) > 1 && args[0] == "retry"
	if len(args) > 0 && !retry {
		return &usageError{errors.New("uso: llave dead, o llave dead retry NÚMERO…, o llave dead retry all")}
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	h := &app{config: c, now: p.now, log: p.logger()}
	letters, err := h.openDeadLetters(ctx)
	if err == nil && retry {
		err = p.retryDead(ctx, letters, args[1:])
	} else if err == nil {
		err = p.listDead(ctx, letters)
	}
	return errors.Join(err, h.stop())
}

// openDeadLetters opens the store, which no service may be using, without making anything that is not there.
func (h *app) openDeadLetters(ctx context.Context) (*engine.DeadLetters, error) {
	path := h.path("llave.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, &usageError{fmt.Errorf("no hay conversaciones en %s (LLAVE_DATA)", h.Data)}
	}
	if err := h.openRing(); err != nil {
		return nil, err
	}
	var err error
	var refused *sqlitedb.OpenError
	if h.store, err = store.OpenSQLite(path); errors.As(err, &refused) && refused.Kind == sqlitedb.InUse {
		return nil, fmt.Errorf("el servicio está usando %s: paralo, y probá de nuevo", h.Data)
	}
	if err != nil {
		return nil, openTrouble(err)
	}
	h.stops = append(h.stops, func(context.Context) error { return h.store.Close() })
	script, err := flows.New(flows.Config{Phone: h.MesaPhone})
	if err != nil {
		return nil, err
	}
	return engine.OpenDeadLetters(ctx, h.store, h.ring, script, h.now)
}

// deadKinds are how the kinds are printed.
var deadKinds = map[bot.DeadKind]string{
	bot.DeadUnknown: "?", bot.DeadUpdate: "mensaje recibido", bot.DeadReply: "respuesta", bot.DeadSession: "conversación",
	bot.DeadEffect: "pedido a Autogestión", bot.DeadTimer: "aviso",
}

// listDead prints one line each, the newest first. Nothing in it is personal.
func (p program) listDead(ctx context.Context, letters *engine.DeadLetters) error {
	all, err := letters.List(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(p.stdout, "No hay nada apartado.")
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NÚMERO\tCUÁNDO\tQUÉ\tCHAT\tSE PUEDE LEER\tPOR QUÉ")
	for _, b := range all {
		readable := map[bool]string{true: "sí", false: "no"}[b.Readable]
		if b.Withdrawn {
			readable = "retirada"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", b.ID, b.At.UTC().Format(time.RFC3339), deadKinds[b.Kind], b.Chat, readable, b.Reason)
	}
	return w.Flush()
}

// notRetried says why something was not put back.
var notRetried = []struct {
	err error
	why string
}{
	{engine.ErrUnreadable, "no se puede leer con estas claves (LLAVE_KEY)"},
	{engine.ErrWithdrawn, "se retiró después: ya no queda nada"},
	{engine.ErrOnlyOnce, "se manda una sola vez, y puede haber salido"},
	{engine.ErrOver, "ya venció"},
	{engine.ErrSuperseded, "su lugar ya lo ocupa algo más nuevo"},
	{engine.ErrNoSuchDead, "no existe"},
}

// retryDead puts back what was asked for. It fails if not all of it could be.
func (p program) retryDead(ctx context.Context, letters *engine.DeadLetters, args []string) error {
	ids, err := deadIDs(ctx, letters, args)
	if err != nil {
		return err
	}
	left := 0
	for _, id := range ids {
		err := letters.Retry(ctx, id)
		if err != nil && !errors.Is(err, engine.ErrNotRetried) {
			return err
		}
		if err == nil {
			fmt.Fprintf(p.stdout, "%d: repuesto\n", id)
			continue
		}
		left++
		for _, n := range notRetried {
			if errors.Is(err, n.err) {
				fmt.Fprintf(p.stdout, "%d: queda apartado: %s\n", id, n.why)
			}
		}
	}
	fmt.Fprintf(p.stdout, "Repuestos: %d. Siguen apartados: %d. Lo repuesto se retoma cuando arranca el servicio.\n", len(ids)-left, left)
	if left > 0 {
		return errors.New("no todo se pudo reponer")
	}
	return nil
}

// deadIDs reads the numbers, or takes all there are, the oldest first.
func deadIDs(ctx context.Context, letters *engine.DeadLetters, args []string) (ids []uint64, err error) {
	if len(args) == 1 && args[0] == "all" {
		all, err := letters.List(ctx)
		for i := len(all) - 1; i >= 0; i-- {
			ids = append(ids, all[i].ID)
		}
		return ids, err
	}
	for _, a := range args {
		id, err := strconv.ParseUint(a, 10, 63)
		if err != nil {
			return nil, &usageError{fmt.Errorf("%q no es un número de los que lista llave dead", a)}
		}
		ids = append(ids, id)
	}
	return ids, nil
}
