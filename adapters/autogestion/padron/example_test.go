package padron_test

import (
	"fmt"
	"strings"

	"llave/adapters/autogestion/padron"
)

type printer struct{}

func (printer) Row(r padron.Row) error {
	fmt.Printf("line %d: %s, %s of %s, %s\n", r.Line, r.Name, r.Kinship, r.Holder, r.Standing)
	return nil
}

func (printer) BadRow(b padron.BadRow) error {
	fmt.Printf("line %d: %s, titular %s\n", b.Line, b.Why, b.Holder)
	return nil
}

func ExampleRead() {
	file, err := padron.Read(strings.NewReader(`CUIL;Nombre y Apellido;Sexo;N° de Afiliado;Estado;CUIL del Titular;Vínculo
27-99999001-6;María Elena Gómez;F;9-4071852/00;en padrón;27-99999001-6;titular
27-99999004-0;Juana Ruiz;?;9-4071852/02;EN PADRÓN;27-99999001-6;hija
`), printer{}, nil)
	fmt.Println(file.Encoding, err)
	// Output:
	// line 2: María Elena Gómez, titular of 27999990016, EN PADRÓN
	// line 3: csv_sex, titular 27999990016
	// UTF-8 <nil>
}
