package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
)

// mostSheets of three tokens each are what one person can have in a month.
const mostSheets = 10

const sheetQuestion = "¿Los hago?"

var document = regexp.MustCompile(`(?m)^\[archivo\] (.+\.pdf)$`)

// sheet orders three more tokens on paper, with the program killed after the question and somewhere around the answer.
func (w *worker) sheet() error {
	if err := w.until("agregar 3 preimpresos\n", sheetQuestion); err != nil {
		return err
	}
	answers, err := w.yes(document)
	if err != nil {
		return err
	}
	for _, a := range answers[1:] {
		if !bytes.Equal(w.papers[a[1]], w.papers[answers[0][1]]) {
			return fmt.Errorf("two documents for one yes: %v", answers)
		}
		w.Repeated++
	}
	w.Sheets++
	w.Answered++
	return nil
}

// keep reads the documents that were printed, before the next run removes them. One that was printed before under the
// same path must be the same.
func (w *worker) keep(out string) error {
	for _, m := range document.FindAllStringSubmatch(out, -1) {
		data, err := os.ReadFile(m[1])
		if err != nil {
			return err
		}
		if before, ok := w.papers[m[1]]; ok && !bytes.Equal(before, data) {
			return fmt.Errorf("%s came again with other bytes", m[1])
		}
		w.papers[m[1]] = data
	}
	return nil
}
