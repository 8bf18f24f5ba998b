package flows

import (
	"time"

	"llave/bot"
	"llave/flows/nlu"
)

// flow is a conversation about one thing: the states that it can stand in, and the moves with which it begins.
type flow struct {
	name, about string
	begin       moves // from the menu
	states      []state
	// numbersSaid says that numbers are more often said than chosen from a list in this flow.
	numbersSaid bool
}

// moves are the legal moves out of a state: the event, and the state that it leads to. Besides them, "leave" leads to the
// menu from every state.
type moves map[string]string

// state is one row of the table: all that is particular about a state. It waits for the person, with onText, or for the
// back end, with results.
type state struct {
	name  string
	moves moves

	// onText takes a text as the answer to the open question. False: it is none, and begins something else.
	onText func(*talk, nlu.ParsedText) bool
	// onOption takes an option of the open question; a state without it has questions without options.
	onOption func(*talk, option)
	// onSeveral takes several options at once; nil where only one may be chosen.
	onSeveral func(*talk, []option)
	// back goes to the question before; nil: to the menu.
	back func(*talk)
	// askAgain puts the open question again below a line that says why. It is set where a bare number may be meant as a
	// number and not as an option.
	askAgain func(t *talk, why string)
	// yes is the key of the label of the option "yes": what it does.
	yes func(*talk) string
	// destroys says that a yes or a number takes something away, or makes what was not asked for: forwarded words are no
	// answer.
	destroys bool
	// awaitsCode says that the code that the page shows is awaited.
	awaitsCode bool
	// patience is how long the question waits for its answer; 10 minutes if it is zero.
	patience time.Duration

	// results take the results of the effects that are awaited, by their operation.
	results results
	// onFailed deals with an effect that the back end did not answer.
	onFailed func(*talk, bot.Result)
	// onCancel answers a person who stops waiting; nil: with the menu.
	onCancel func(*talk)
}

// home is the state in which nothing is open. Every flow begins and ends there.
const home = "menu"

// homeState is its row: an option below an answer begins something.
func homeState() state { return state{name: home, onOption: (*talk).chooseBelow} }

// table is every state of the conversations, flow by flow. A new state is a new row.
func table() []flow {
	return []flow{
		{name: "token", about: "the current token, of one person or several, in words or bare",
			begin: moves{"choose": "token.pick", "ask": "token.wait"},
			states: []state{
				{name: "token.pick", onText: (*talk).answersPick, onOption: (*talk).picked, onSeveral: (*talk).chooseSeveral,
					moves: moves{"ask": "token.wait"}},
				{name: "token.wait", results: results{opCurrent: (*talk).given, opGroup: (*talk).looked}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "token.pick", "given": home, "failed": home}},
			}},
		{name: "another", about: "a new token in the place of the live one",
			begin: moves{"look": "another.look", "choose": "another.pick", "confirm": "another.confirm"},
			states: []state{
				{name: "another.pick", onText: (*talk).answersPick, onOption: (*talk).picked,
					moves: moves{"look": "another.look", "confirm": "another.confirm"}},
				{name: "another.look", results: results{opGroup: (*talk).looked}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "another.pick", "confirm": "another.confirm", "failed": home}},
				{name: "another.confirm", onText: (*talk).answersConfirm, onOption: (*talk).answersByOption, back: (*talk).backAnother,
					yes: label("option.yes_another"), destroys: true,
					moves: moves{"back": "another.pick", "ask": "another.wait"}},
				{name: "another.wait", results: results{opAnother: (*talk).renewed}, onFailed: (*talk).unsure, onCancel: (*talk).cannotStop,
					moves: moves{"given": home, "unsure": "another.confirm"}},
			}},
		{name: "rejected", about: "a token that was not accepted at the counter",
			begin: moves{"choose": "rejected.pick", "ask": "rejected.wait"},
			states: []state{
				{name: "rejected.pick", onText: (*talk).answersPick, onOption: (*talk).picked,
					moves: moves{"ask": "rejected.wait"}},
				{name: "rejected.wait", results: results{opState: (*talk).diagnosed, opGroup: (*talk).looked}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "rejected.pick", "offer": "rejected.offer", "told": home, "failed": home}},
				{name: "rejected.offer", onText: (*talk).answersOffer, onOption: (*talk).accept, destroys: true},
			}},
		{name: "sheet", about: "preprinted tokens of one person for a month, on paper", numbersSaid: true,
			begin: moves{"look": "sheet.look", "confirm": "sheet.confirm"},
			states: []state{
				{name: "sheet.pick", onText: (*talk).answersPick, onOption: (*talk).picked,
					moves: moves{"look": "sheet.look"}},
				{name: "sheet.look", results: results{opMonths: (*talk).sheetsTold, opSheets: (*talk).sheetsTold}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "sheet.pick", "month": "sheet.month", "count": "sheet.count", "confirm": "sheet.confirm", "given": home, "failed": home}},
				{name: "sheet.month", onText: (*talk).answersMonth, onOption: (*talk).chooseMonth, back: (*talk).backSheet,
					moves: moves{"look": "sheet.look", "choose": "sheet.pick"}},
				{name: "sheet.count", onText: (*talk).answersCount, back: (*talk).backSheet,
					moves: moves{"look": "sheet.look", "choose": "sheet.pick", "month": "sheet.month"}},
				{name: "sheet.confirm", onText: (*talk).answersSheet, onOption: (*talk).answersByOption, back: (*talk).backSheet,
					askAgain: (*talk).againSheet, yes: (*talk).yesSheet, destroys: true,
					moves: moves{"look": "sheet.look", "month": "sheet.month", "count": "sheet.count", "order": "sheet.wait"}},
				{name: "sheet.wait", results: results{opPrint: (*talk).printed}, onFailed: (*talk).unsureSheet, onCancel: (*talk).cannotStop,
					moves: moves{"look": "sheet.look", "unsure": "sheet.confirm", "given": home, "failed": home}},
			}},
		{name: "void", about: "preprinted tokens that must not be used any more: a sheet was lost", numbersSaid: true,
			begin: moves{"look": "void.look"},
			states: []state{
				{name: "void.pick", onText: (*talk).answersPick, onOption: (*talk).picked,
					moves: moves{"look": "void.look"}},
				{name: "void.look", results: results{opMonths: (*talk).sheetsTold, opSheets: (*talk).sheetsTold}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "void.pick", "which": "void.which", "number": "void.number", "confirm": "void.confirm", "failed": home}},
				{name: "void.which", onText: (*talk).answersWhich, onOption: (*talk).pickSheet, back: (*talk).backVoid,
					moves: moves{"look": "void.look", "choose": "void.pick", "confirm": "void.confirm"}},
				{name: "void.number", onText: (*talk).answersNumber, back: (*talk).backVoid,
					moves: moves{"look": "void.look", "choose": "void.pick", "which": "void.which", "confirm": "void.confirm", "failed": home}},
				{name: "void.confirm", onText: (*talk).answersVoid, onOption: (*talk).answersByOption, back: (*talk).backVoid,
					askAgain: (*talk).againVoid, yes: label("option.yes_void"), destroys: true,
					moves: moves{"look": "void.look", "choose": "void.pick", "which": "void.which", "number": "void.number", "do": "void.wait"}},
				{name: "void.wait", results: results{opVoid: (*talk).voided}, onFailed: (*talk).unsureVoid, onCancel: (*talk).cannotStop,
					moves: moves{"unsure": "void.confirm", "done": home, "failed": home}},
			}},
		{name: "link", about: "linking this chat with an account",
			begin: moves{"invite": "link.inviting"},
			states: []state{
				{name: "link.inviting", results: results{opInvite: (*talk).invited}, onFailed: noAnswer("link.failed"),
					moves: moves{"sent": "link.code", "failed": home}},
				{name: "link.code", onText: (*talk).answersCode, onOption: (*talk).chooseInstead, awaitsCode: true,
					// Ten minutes to open the page, thirty to sign in, ten to bring the code.
					patience: 50 * time.Minute,
					moves:    moves{"try": "link.redeeming"}},
				{name: "link.redeeming", results: results{opRedeem: (*talk).granted}, onFailed: (*talk).codeUnchecked,
					moves: moves{"wrong": "link.code", "unsure": "link.code", "dead": home, "grant": "link.granting", "linked": "link.who"}},
				{name: "link.granting", results: results{opCurrent: (*talk).welcomeGiven}, onFailed: (*talk).welcomeFailed, onCancel: (*talk).cancelGranting,
					moves: moves{"linked": "link.who"}},
				{name: "link.who", onText: (*talk).answersWho, onOption: (*talk).whoChosen,
					moves: moves{"answer": home, "others": "link.replace"}},
				{name: "link.replace", onText: (*talk).answersReplace, onOption: (*talk).answersByOption, yes: label("option.yes_replace"), destroys: true,
					moves: moves{"replace": "link.replacing"}},
				{name: "link.replacing", results: results{opUnlink: (*talk).replaced}, onFailed: noAnswer("link.failed"), onCancel: (*talk).cannotStop,
					moves: moves{"replaced": home, "failed": home}},
			}},
		{name: "chats", about: "the chats linked with the account, and unlinking",
			begin: moves{"look": "chats.wait", "doubt": "chats.ask", "unlink": "chats.unlinking"},
			states: []state{
				{name: "chats.wait", results: results{opChats: (*talk).listChats}, onFailed: noAnswer("link.failed"),
					moves: moves{"listed": "chats.list", "failed": home}},
				{name: "chats.list", onText: (*talk).answersNothing, onOption: (*talk).unlinkListed, destroys: true,
					moves: moves{"unlink": "chats.unlinking"}},
				{name: "chats.ask", onText: (*talk).answersUnlink, onOption: (*talk).answersByOption, destroys: true,
					moves: moves{"unlink": "chats.unlinking"}},
				{name: "chats.unlinking", results: results{opUnlink: (*talk).unlinked}, onFailed: (*talk).unlinkFailed,
					moves: moves{"done": home, "failed": home}},
			}},
		{name: "stale", about: "a wish that is too old to be granted unasked",
			begin: moves{"doubt": "stale.ask"},
			states: []state{
				{name: "stale.ask", onText: (*talk).answersStale, onOption: (*talk).answersByOption, yes: label("option.yes_stale"), destroys: true},
			}},
	}
}

// results are the handlers of a row for the results of effects, by their operation.
type results = map[string]func(*talk, answer)

// label is a fixed key of the option "yes".
func label(key string) func(*talk) string { return func(*talk) string { return key } }
