package texts_test

import (
	"fmt"
	"time"

	"llave/flows/texts"
)

// A text is rendered by its key. The formats of dates and lists are those of the catalog, too.
func ExampleCatalog_Render() {
	catalog, err := texts.New(texts.Options{Phone: "221-351-0282"})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := catalog.Render("stale.no", nil)
	fmt.Println(text, err)
	_, err = catalog.Render("stale.maybe", nil)
	fmt.Println(err)
	fmt.Println(catalog.Day(time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)), catalog.Numbers([]int{1, 2, 3, 9}))
	// Output:
	// Listo, no hice nada. Cuando lo necesites, escribí *token*. <nil>
	// texts: no text "stale.maybe"
	// lunes 23 de noviembre 1 a 3 y 9
}
