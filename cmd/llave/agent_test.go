package main

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The agents of Mesa de Ayuda are added, listed and shut out by commands, which leave an audit that is checked.
func TestAgents(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	env := map[string]string{"LLAVE_DATA": folder}
	if printed := runCommand(t, env, exitUsage, "agent", "list"); !strings.Contains(printed, "todavía no hay Mesa de Ayuda") {
		t.Errorf("without a database: %s", printed)
	}
	code := regexp.MustCompile(`Código de un solo uso para \w+, por 72 horas: (\w{20,})\n`)
	first := code.FindStringSubmatch(runCommand(t, env, exitOK, "agent", "add", "-role", "supervisor", "nora", "Nora Paz"))
	if first == nil {
		t.Fatal("no code is printed")
	}
	for _, c := range []struct {
		args []string
		exit int
		want string
	}{
		{[]string{"add", "nora", "Otra"}, exitError, "ya hay un agente"},
		{[]string{"add", "Nora Paz", "Nora"}, exitUsage, "en minúsculas"},
		{[]string{"add", "-role", "jefa", "juan", "Juan"}, exitUsage, "-role es"},
		{[]string{"add", "juan"}, exitUsage, "uso: llave agent add"},
		{[]string{"disable", "nadie"}, exitError, "no hay ningún agente"},
		{[]string{"list"}, exitOK, "supervisión  falta que elija su contraseña"},
		{[]string{"disable", "nora"}, exitOK, "nora ya no entra"},
		{[]string{"list"}, exitOK, "sin acceso"},
		{[]string{"enable", "nora"}, exitOK, "nora puede volver a entrar"},
	} {
		if printed := runCommand(t, env, c.exit, append([]string{"agent"}, c.args...)...); !strings.Contains(printed, c.want) {
			t.Errorf("llave agent %s: %s", strings.Join(c.args, " "), printed)
		}
	}
	again := code.FindStringSubmatch(runCommand(t, env, exitOK, "agent", "reset", "nora"))
	if again == nil || again[1] == first[1] {
		t.Errorf("a reset gives the code %q", again)
	}
	if printed := runCommand(t, env, exitOK, "mesa", "verify"); !strings.Contains(printed, "como se escribió: 4 renglones") {
		t.Errorf("the audit: %s", printed)
	}
	if err := tamper(filepath.Join(folder, "mesa.db")); err != nil {
		t.Fatal(err)
	}
	if printed := runCommand(t, env, exitError, "mesa", "verify"); !strings.Contains(printed, "no es como se escribió") {
		t.Errorf("a changed audit: %s", printed)
	}
}

// tamper changes a row of the audit behind the program's back.
func tamper(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec("UPDATE audit SET at = at - 1 WHERE id = 2")
	return err
}
