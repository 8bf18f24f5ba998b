package flows

import (
	"testing"
	"time"
)

// A text right under an answer is about it: for ten minutes, and no longer.
func TestFollowUps(t *testing.T) {
	c := atCounter(t)
	c.expect("token de juana", []string{"Token de Juana"}, nil)
	c.expect("hasta cuándo vale?", []string{"El de Juana Ruiz vale hoy, domingo 29, hasta las 23:59"}, []string{"medianoche"})
	c.expect("se puede usar dos veces?", []string{"El de Juana Ruiz se usa una sola vez", "todas las recetas"}, nil)
	c.expect("repetime", []string{"Token de Juana Ruiz\n300 001"}, []string{"¿De quién"})
	c.expect("el número de nuevo", []string{"300 001"}, []string{"¿De quién"})
	c.expect("y el de mi mamá", []string{"Token de Rosa"}, nil)
	c.expect("el otro", []string{"Token de Juana Ruiz\n300 001"}, []string{"entend"})
	c.expect("la credencial de ella", []string{"Juana Ruiz"}, []string{"¿De quién"})
	c.expect("para ella también", []string{"¿De quién", "[Juana Ruiz]"}, []string{"entend"})
	c.now = c.now.Add(11 * time.Minute)
	c.expect("hasta cuándo vale?", nil, []string{"Juana"})
	c.expect("repetime", []string{"Token de María Elena"}, []string{"Token de Juana"})
}

// Below a sheet the same words are about the sheet.
func TestFollowUpsOfASheet(t *testing.T) {
	c := atCounter(t)
	c.sheetOf("5", 7)
	c.expect("hoja de mamá", []string{"Hoja de Rosa Peralta: 7"}, nil)
	c.expect("hasta cuándo valen?", []string{"Rosa Peralta", "lunes 30"}, []string{"medianoche"})
	c.expect("mandamela de nuevo", []string{"Hoja de Rosa Peralta: 7"}, nil)
	c.expect("para juana también", []string{"Juana"}, []string{"Token de"})
}

// A day said alone, right under a token, is a token for that day: the person hears what a token is, and may have a sheet.
func TestADayRightUnderAToken(t *testing.T) {
	for _, said := range []string{
		"para mañana", "y para el martes", "me sirve mañana?", "para la semana que viene", "sirve para el viernes?", "lo necesito para mañana", "y mañana?",
		"puedo usarlo pasado mañana?", "es para el jueves", "para el 5 de diciembre", "para el 5", "para el mes que viene", "para dentro de dos días",
	} {
		c := atCounter(t)
		c.expect("token de juana", []string{"Token de Juana"}, nil)
		c.expect(said, []string{"[Hacer una hoja] [El de hoy igual]"}, []string{"Token de", "entend"})
		c.expect("[El de hoy igual]", []string{"Token de Juana Ruiz"}, []string{"¿De quién"})
	}
	for said, want := range map[string]string{
		"para el 5 de diciembre": "El token del sábado 5 de diciembre se pide ese día", "para el 1": "martes 1 de diciembre", "para el 31 de febrero": "domingo 28 de febrero",
		"para el mes que viene": "tokens que valen todo el mes", "y para el martes?": "El token del martes",
	} {
		c := atCounter(t)
		c.expect("token de juana", nil, nil)
		c.expect(said, []string{want}, nil)
	}
}

// A later hour is today: the token lives until the end of the day. A farewell asks for nothing.
func TestAnHourRightUnderAToken(t *testing.T) {
	for _, said := range []string{"para la tarde", "y a la tarde sirve?", "para las 5", "me sirve a la noche?", "para más tarde", "para el domingo"} {
		c := atCounter(t)
		c.expect("token de juana", nil, nil)
		c.expect(said, []string{"El de Juana Ruiz vale hoy, domingo 29, hasta las 23:59"}, []string{"Token de", "[Hacer una hoja]"})
	}
	for _, said := range []string{"hasta mañana", "gracias, hasta el lunes", "chau hasta la próxima"} {
		c := atCounter(t)
		c.expect("token de juana", nil, nil)
		c.expect(said, nil, []string{"[Hacer una hoja]", "entend", "Token de"})
	}
}

// A day said alone before anything was given is a token for that day, too. Below a sheet it is about the sheet.
func TestADayAlone(t *testing.T) {
	c := atCounter(t)
	c.expect("para mañana", []string{"[Hacer una hoja] [El de hoy igual]"}, []string{"entend"})
	c = atCounter(t)
	c.sheetOf("5", 7)
	c.expect("hoja de mamá", []string{"Hoja de Rosa Peralta: 7"}, nil)
	c.expect("sirve para mañana?", []string{"Rosa Peralta valen hasta el"}, []string{"Token de", "se pide mañana"})
	c.expect("y para el mes que viene?", []string{"diciembre"}, []string{"Token de", "¿De quién"})
}

// "El suyo" names a person who is not certain: it is asked whose, and nothing is given.
func TestTheirsIsAsked(t *testing.T) {
	for _, said := range []string{"el suyo", "no, el suyo", "el de ella", "el de él", "no el mío, el de ella", "no el mio el suyo"} {
		c := atCounter(t)
		c.expect("token", []string{"Token de María Elena"}, nil)
		c.expect(said, []string{"¿De quién", "[Juana Ruiz]"}, []string{"Token de", "entend"})
		c = atCounter(t)
		c.expect(said, []string{"¿De quién"}, []string{"Token de", "entend"})
	}
	c := atCounter(t)
	c.expect("token de juana", nil, nil)
	c.expect("no el de juana, el mío", []string{"Token de María Elena"}, nil)
	c.expect("no, el mío no, el de tomás", []string{"Token de Tomás"}, []string{"Token de María"})
}

// A person who is told of opens no case. Whose token it is must be asked where they need it.
func TestAPersonWhoIsToldOfOpensNoCase(t *testing.T) {
	for said, want := range map[string]string{
		"estoy con una persona que necesita el token": "¿De quién", "una persona mayor necesita el token": "¿De quién", "es para una persona mayor": "¿De quién",
		"hay una persona esperando": "", "soy la persona que pidió el token recién": "Token de María Elena",
	} {
		c := atCounter(t)
		c.expect(said, []string{want}, []string{"tu caso es"})
	}
	atCounter(t).expect("una persona", []string{"tu caso es"}, nil)
}
