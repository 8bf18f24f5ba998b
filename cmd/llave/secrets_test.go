package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shape is the form that its maker gives a secret. Begin is a fixed part of it, which is looked for first.
type shape struct {
	begin string
	whole *regexp.Regexp
}

// secretShapes are what must not be in the repository.
var secretShapes = map[string]shape{
	"a Telegram bot's token":   {":AA", regexp.MustCompile(`\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b`)},
	"an age identity":          {"AGE-SECRET-KEY-", regexp.MustCompile(`AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}`)},
	"a private key":            {"PRIVATE KEY-----", regexp.MustCompile(`-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=\s]{64,}`)},
	"a key of AWS":             {"AKIA", regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b`)},
	"a token of GitHub":        {"gh", regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36}`)},
	"a fine token of GitHub":   {"github_pat_", regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{60,}`)},
	"a token of Slack":         {"xox", regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{20,}`)},
	"a key of Google":          {"AIza", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`)},
	"a signed token":           {"eyJ", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}`)},
	"a key of this program":    {"LLAVE_KEY=", regexp.MustCompile(`LLAVE_KEY=[A-Za-z0-9+/]{43}=`)},
	"a password in an address": {"://", regexp.MustCompile(`(?:postgres|rediss?|smtps?)://[^\s:/@"'` + "`" + `]+:[^\s:/@"'` + "`" + `$%{}<>]{12,}@`)},
}

// notSecret are what looks like one and is none: made up for a test or a text.
var notSecret = regexp.MustCompile(`123456|AAAAAAAA|AAECAwQFBgcI|(?i:example|ejemplo|contraseña|password|secreto|canary)`)

// findSecrets returns what in a text has the form of a secret.
func findSecrets(text []byte) (found []string) {
	for what, shape := range secretShapes {
		if !bytes.Contains(text, []byte(shape.begin)) {
			continue
		}
		for _, hit := range shape.whole.FindAll(text, -1) {
			if !notSecret.Match(hit) {
				found = append(found, what)
			}
		}
	}
	return found
}

// No file that git tracks has a secret in it.
func TestNoSecretsInTheRepository(t *testing.T) {
	list, err := exec.Command("git", "-C", "../..", "ls-files", "-z").Output()
	if err != nil {
		if os.Getenv("LLAVE_TEST_REQUIRE") != "" {
			t.Fatal(err)
		}
		t.Skip("no git, or not its repository")
	}
	files := strings.Split(strings.TrimSuffix(string(list), "\x00"), "\x00")
	if len(files) < 100 {
		t.Fatalf("git tracks %d files", len(files))
	}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			continue // it was removed, or is no text
		}
		for _, what := range findSecrets(text) {
			t.Errorf("%s has %s in it", name, what)
		}
	}
}

// A secret is found where one is planted, of every form. They are put together here, so that this file has none.
func TestPlantedSecretsAreFound(t *testing.T) {
	random := "kJ7xQ2mZ9bR4tW6yV1nC3pL8sD5fG0hTqEuA" // none of them repeats
	for what, planted := range map[string]string{
		"a Telegram bot's token":   "718293645:" + "AA" + random[:33],
		"an age identity":          "AGE-SECRET-KEY-" + "1" + strings.Repeat("QZRY9X8GF2TVDW", 4),
		"a private key":            "-----BEGIN PRIVATE " + "KEY-----\n" + random + random + "\n",
		"a key of AWS":             "AKI" + "A" + "QZRY9X8GF2TVDWQZ",
		"a token of GitHub":        "gh" + "p_" + random,
		"a fine token of GitHub":   "github_" + "pat_" + random + random,
		"a token of Slack":         "xox" + "b-" + random,
		"a key of Google":          "AIz" + "a" + random[:35],
		"a signed token":           "ey" + "J" + random + ".ey" + "J" + random + "." + random + random,
		"a key of this program":    "LLAVE_" + "KEY=" + random + random[:7] + "=",
		"a password in an address": "postgres:" + "//llave:" + random[:20] + "@db/llave",
	} {
		if found := findSecrets([]byte("x = \"" + planted + "\"")); len(found) != 1 || found[0] != what {
			t.Errorf("%s: found %v", what, found)
		}
	}
}
