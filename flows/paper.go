package flows

import "time"

// RecipeSheet is the recipe of a document with preprinted tokens; its arguments are []Paper, one for each sheet.
const RecipeSheet = "sheet"

// Paper is what a printed sheet says, in the words of the catalog: whoever lays it out knows no language.
type Paper struct {
	// Title is the document's, and Lang its language (BCP 47).
	Title string `json:"title"`
	Lang  string `json:"lang"`
	// Heading stands above everything; then comes whose it is, and Fields below.
	Heading string  `json:"heading"`
	Name    string  `json:"name"`
	Fields  []Field `json:"fields,omitempty"`
	// Lines say how it is used: two.
	Lines []string `json:"lines,omitempty"`
	// Running is the short heading of every page but the first, and Page its number: "Página %d de %d".
	Running string `json:"running"`
	Page    string `json:"page"`
	// Date and Place label the box in which is written when and where a token was used.
	Date  string `json:"date"`
	Place string `json:"place"`
	// Void is written in the place of the digits of a token that is void.
	Void   string       `json:"void"`
	Tokens []PaperToken `json:"tokens"`
	// Proof is drawn as a QR code with ProofLines beside it; none if it is empty.
	Proof      string   `json:"proof,omitempty"`
	ProofLines []string `json:"proof_lines,omitempty"`
	// Foot stands at the end of every page: whom to ask.
	Foot string `json:"foot"`
	// Made is when the sheet was made: the document's date.
	Made time.Time `json:"made"`
}

// PaperToken is one token of a paper. Digits are empty if it is void.
type PaperToken struct {
	Number int    `json:"n"`
	Digits string `json:"d,omitempty"`
}
