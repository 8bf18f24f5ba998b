package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"regexp"
)

// mostSheets of three tokens each are what one person can have in a month.
const mostSheets = 10

var document = regexp.MustCompile(`^\[archivo\] (.+\.pdf)$`)

// hashOf tells a document from every other one. The same sheet is the same bytes.
func hashOf(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8]), nil
}
