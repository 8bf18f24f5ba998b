package flows

import "testing"

// A token for another day is never today's without a word: the person hears what a token is, and may have a sheet.
func TestATokenForAnotherDay(t *testing.T) {
	for _, said := range []string{
		"quiero el token de juana para mañana a la mañana", "necesito un token para el martes", "mandame los tokens de la semana", "un token que dure",
		"token para mañana", "el de juana para mañana", "otro token de juana para el jueves", "credencial de tomás para pasado mañana",
	} {
		c := atCounter(t)
		c.expect(said, []string{"[Hacer una hoja] [El de hoy igual]"}, []string{"Token de"})
	}
	c := atCounter(t)
	c.expect("token de juana para mañana", []string{"se pide mañana", "23:59"}, nil)
	c.expect("[El de hoy igual]", []string{"Token de Juana Ruiz"}, nil)
	c.expect("token de juana para el martes", []string{"del martes se pide ese día"}, nil)
	c.expect("[Hacer una hoja]", []string{"Juana", "diciembre"}, []string{"Token de"}) // the Tuesday after Sunday, 29 November
	c.expect("token de tomás para el jueves", []string{"[El de hoy igual]"}, nil)
	c.expect("bueno, dame el de hoy", []string{"Token de Tomás Ruiz"}, nil)
	c.expect("token de tomás para el jueves", []string{"[El de hoy igual]"}, nil)
	c.expect("token de juana", []string{"Token de Juana Ruiz"}, nil)
}

// Today by its name, a morning and a doctor's day are no other day.
func TestATokenForToday(t *testing.T) {
	for _, said := range []string{"token de juana para hoy", "token de juana para el domingo", "token de juana, esta mañana no anduvo", "token de juana que tiene turno a la mañana"} {
		c := atCounter(t)
		c.expect(said, nil, []string{"[El de hoy igual]"})
	}
}
