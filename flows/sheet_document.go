package flows

import "time"

// RecipeSheet names the template of a document with preprinted tokens; its arguments are []Paper, one for each sheet.
const RecipeSheet = "sheet"

// Paper is the text of a printed sheet. What lays it out knows no language.
type Paper struct {
	// Title is the title of the document, and Lang its language (BCP 47).
	Title string `json:"title"`
	Lang  string `json:"lang"`
	// Heading stands above everything; then come the person's name, and Fields below.
	Heading string  `json:"heading"`
	Name    string  `json:"name"`
	Fields  []Field `json:"fields,omitempty"`
	// Lines are the two lines that say how the sheet is used.
	Lines []string `json:"lines,omitempty"`
	// Running is the short heading of every page but the first, and Page its number: "Página %d de %d".
	Running string `json:"running"`
	Page    string `json:"page"`
	// Slip stands below the name on every token, for those who cut the sheet: the affiliate number, and until when it is valid.
	Slip []string `json:"slip,omitempty"`
	// Date and Place label the box for when and where a token was used.
	Date  string `json:"date"`
	Place string `json:"place"`
	// Void is printed in the place of the digits of a void token.
	Void   string       `json:"void"`
	Tokens []PaperToken `json:"tokens"`
	// Proof is drawn as a QR code with ProofLines beside it; none if it is empty.
	Proof      string   `json:"proof,omitempty"`
	ProofLines []string `json:"proof_lines,omitempty"`
	// Foot stands at the end of every page: where to ask for help.
	Foot string `json:"foot"`
	// Made is when the sheet was made: the date of the document.
	Made time.Time `json:"made"`
}

// PaperToken is one token of a paper. Digits are empty if it is void.
type PaperToken struct {
	Number int    `json:"n"`
	Digits string `json:"d,omitempty"`
}
