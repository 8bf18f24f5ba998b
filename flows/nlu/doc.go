// Package nlu understands what people write in Rioplatense Spanish: it turns a text into a [ParsedText], and the people
// that the text refers to into members of a family group. It is a set of rules over a words file, with a small model as a
// second opinion that never acts: no network, no clock. It knows no dialogue: what a text leads to is decided in package
// flows. docs/understanding.md explains the rules.
//
// Reading order:
//
//	parse.go          Parser.Parse: the steps below, in order
//	parsed.go         ParsedText, Intent, Ref: what was understood
//	load.go           New: the words file (words/es.txt), indexed; classes.go: the classes of words that the code refers to
//	tokenize.go       a text cut into words, with misspelt ones corrected
//	joined.go         words that were written as one
//	phonetic.go       how a word sounds, and how far two words are apart
//	match.go          which phrases a text contains, and which of them is its intent
//	outcome.go        which matches count: negated, doubtful, part of something else; fraud.go: frauds and tokens that were
//	                  handed over
//	people.go         the people and numbers among the words that are not the intent's; names.go: which words may be a name
//	kinship.go        "mi hija", "mi hija Juana", "la hija de Juana"
//	relative.go       "el hermano de Juana", "la abuela de los chicos": relatives of relatives
//	mention.go        whether a person is meant, or only mentioned; told.go: who only told of a request
//	contrast.go       the people whom a text takes back
//	echo.go           people who are said twice in one text
//	apart.go          people whom nothing joins to the others: they are asked about
//	companion.go      the person whom a pronoun means
//	count.go          how many preprinted tokens, and which of them; month.go: for which month
//	topic.go          what a text wants of its intent: a person, of "help"; dangers that are told
//	leaving.go        words for unlinking the chat and for leaving the insurer
//	when.go           another day, and a later hour
//	signals.go        words that stand for something said before
//	requests.go       several requests of one text
//	beside.go         questions, and the wish for a person, beside a request
//	about.go          questions about the token, and stories of it, that ask for none
//	second.go         the second opinion: a linear model that names an intent where the rules found none, and stops a token
//	resolve.go        Parser.Resolve: which members of a family group the references mean to a speaker
//	understanding.go  what `llave entiende` prints
//	mask.go           passwords and CUILs taken out of a text before it is kept; mask_load.go reads words/secrets.txt,
//	                  mask_shape.go knows the shape of a password, mask_without.go whether a text is about one
package nlu
