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
