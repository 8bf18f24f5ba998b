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

// The code of a new agent comes with the address where it is used, as far as a variable says it. A listen address is none that a
// browser elsewhere could use, and its scheme is not known.
func TestTheAddressOfANewAgent(t *testing.T) {
	for _, c := range []struct {
		vars map[string]string
		want string
		not  string
	}{
		{map[string]string{}, "contraseña en http://127.0.0.1:8080/mesa/alta\n", ""},
		{map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example"}, "contraseña en https://llave.example/mesa/alta\n", ""},
		{map[string]string{"LLAVE_PUBLIC_URL": "https://llave.example", "LLAVE_ADMIN_ADDR": "127.0.0.1:9090"},
			"contraseña en la página /mesa/alta, en la dirección por la que los navegadores llegan a LLAVE_ADMIN_ADDR (127.0.0.1:9090)\n", "http"},
		{map[string]string{"LLAVE_ADMIN_ADDR": "10.0.0.7:9090", "LLAVE_ADMIN_PASSWORD": "una-frase-bastante-larga"}, "LLAVE_ADMIN_ADDR (10.0.0.7:9090)\n", "http"},
	} {
		var out strings.Builder
		if err := (program{getenv: c.vars, stdout: &out}).printCode("nora", "ABC"); err != nil || !strings.Contains(out.String(), c.want) || c.not != "" && strings.Contains(out.String(), c.not) {
			t.Errorf("%v: %s %v", c.vars, out.String(), err)
		}
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
