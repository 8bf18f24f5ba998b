package backend

import (
	"testing"
)

func TestKinshipWords(t *testing.T) {
	for _, c := range []struct{ text, sex, want string }{
		{"HIJO/A", "F", "hija"}, {"HIJO/A", "M", "hijo"}, {"hijo/a", "X", "hijo/a"},
		{"HIJO", "F", "hija"}, {"HIJO", "M", "hijo"}, {"HIJA", "F", "hija"}, {"HIJA", "M", "HIJA"}, {"Hijo(a)", "F", "hija"},
		{"HIJ@", "F", "hija"}, {"HIJA/HIJO", "M", "hijo"}, {"HIJO O HIJA", "F", "hija"}, {"HIJ.", "M", "hijo"},
		{"HIJO SOLTERO MENOR DE 21 AÑOS", "F", "hija"}, {"[04]-Hijo soltero de 21 a 25 años cursando estudios regulares", "M", "hijo"},
		{"HIJO DE CONYUGE SOLTERO MENOR DE 21 AÑOS", "F", "hija"}, {"Hijo del  cónyuge", "M", "hijo"},
		{"HIJO DEL TITULAR", "F", "hija"}, {"HIJO DEL HIJO", "F", "nieta"}, {"CONYUGE DEL HIJO", "F", "CONYUGE DEL HIJO"},
		{"MADRE DEL CONYUGE", "F", "suegra"}, {"PADRE POLITICO", "M", "suegro"}, {"HIJO POLITICO", "M", "HIJO POLITICO"},
		{"CONYUGE", "M", "cónyuge"}, {"CÓNYUGE", "F", "cónyuge"}, {"ESPOSO/A", "F", "cónyuge"}, {"CONCUBINO/A", "M", "cónyuge"},
		{"Conviviente", "F", "cónyuge"}, {"EX CONYUGE", "F", "EX CONYUGE"}, {"EXCONYUGE", "M", "EXCONYUGE"},
		{"PADRE/MADRE", "F", "madre"}, {"MADRE", "F", "madre"}, {"ASCENDIENTE", "F", "madre"}, {"ASCENDIENTE", "M", "padre"},
		{"PROGENITOR/A", "F", "madre"}, {"MADRE", "M", "MADRE"}, {"Padrino", "M", "Padrino"},
		{"NIETO/A", "F", "nieta"}, {"HERMANO/A", "M", "hermano"}, {"HNO/A", "F", "hermana"}, {"SOBRINO/A", "F", "sobrina"},
		{"BISNIETO", "M", "BISNIETO"}, {"TITULAR", "F", "titular"}, {"AFILIADO TITULAR", "M", "titular"},
		{"00", "F", "titular"}, {"01", "F", "cónyuge"}, {"02", "M", "cónyuge"}, {"3", "F", "hija"}, {"03", "M", "hijo"}, {"06", "F", "hija"},
		{"07", "F", "07"}, {"08", "F", "08"}, {"09", "M", "hijo"}, {"MAYOR DE 25 AÑOS DISCAPACITADO", "F", "hija"},
		{"FAMILIAR A CARGO", "F", "FAMILIAR A CARGO"}, {"MENOR BAJO GUARDA O TUTELA", "M", "MENOR BAJO GUARDA O TUTELA"}, {"", "F", ""}, {"hijo<b>", "M", "hijo"},
		{"TIT.", "F", "titular"}, {"Unión convivencial", "F", "cónyuge"}, {"UNION CIVIL", "M", "cónyuge"}, {"ASC.", "F", "madre"}, {"HJO/A", "F", "hija"},
		{"VIUDO/A DEL TITULAR", "F", "viuda"}, {"VIUDA", "F", "VIUDA"}, {"DIVORCIADO DEL CONYUGE", "M", "DIVORCIADO DEL CONYUGE"}, {"NO HIJO", "M", "NO HIJO"},
		{"HIJO SIN ESTUDIOS", "M", "hijo"},
	} {
		if got := KinshipWord(c.text, c.sex); got != c.want {
			t.Errorf("%q of a person %s is %q, want %q", c.text, c.sex, got, c.want)
		}
	}
}

func TestActiveIsFolded(t *testing.T) {
	for text, want := range map[string]bool{"EN PADRÓN": true, "EN PADRON": true, "En padrón": true, "en  padro\u0301n ": true, "EN\u00a0PADRON": true,
		"EN_PADRON": true, "EN PADR\ufffdN": false, "EN PADRÃ“N": false, "NO EN PADRON": false, "EN PADRON PASIVO": false, "": false, "BAJA": false} {
		if IsActive(text) != want {
			t.Errorf("%q gives tokens: %v", text, !want)
		}
	}
}
