package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// sheetMonths are the months as people name them.
var sheetMonths = [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}

// sheetScale is at how many dots an inch a page is shown.
const sheetScale = "90"

// shootSheet has the real program print a sheet, and takes its pages with pdftoppm.
func shootSheet(ctx context.Context, bin, data, out string, say io.Writer) error {
	sheet, err := printed(ctx, bin, data)
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "pdftoppm", "-r", sheetScale, "-png", sheet, filepath.Join(data, "hoja")).CombinedOutput(); err != nil {
		return fmt.Errorf("pdftoppm: %w: %s", err, out)
	}
	for _, name := range []string{"hoja-1.png", "hoja-2.png"} {
		page, err := os.ReadFile(filepath.Join(data, name))
		if err != nil {
			return err
		}
		if page, err = squeeze(page); err != nil {
			return err
		}
		path := filepath.Join(out, name)
		if err := os.WriteFile(path, page, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(say, "%s, %d kB\n", path, (len(page)+1023)/1024)
	}
	return nil
}

// printed asks for a month of tokens in the terminal chat, and returns the path of the sheet.
func printed(ctx context.Context, bin, data string) (string, error) {
	p := exec.CommandContext(ctx, bin, "chat", "-linked", "27999990016")
	p.Env = append(environment(), "LLAVE_ADDR=127.0.0.1:0", "LLAVE_PUBLIC_URL=http://localhost:8080", "LLAVE_DATA="+data, "LLAVE_DEMO=1")
	p.Stdin = strings.NewReader("31 preimpresos para mamá para " + sheetMonths[time.Now().Month()-1] + "\nsí\n")
	said, err := p.Output()
	if err != nil {
		return "", fmt.Errorf("llave chat: %w", err)
	}
	m := regexp.MustCompile(`(?m)^\[archivo\] (.+\.pdf)$`).FindSubmatch(said)
	if m == nil {
		return "", errors.New("llave chat: no sheet came")
	}
	return string(m[1]), nil
}
