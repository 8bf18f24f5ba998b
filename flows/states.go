package flows

import (
	"time"

	"llave/bot"
	"llave/flows/nlu"
)

// flow is a conversation about one thing.
type flow struct {
	name, about string
	begin       moves // from the menu
	states      []state
	// grants says that the flow grants requests of a type of its own; grantsOthers, that it takes any.
	grants, grantsOthers bool
	// numbersSaid says that a number is more often an answer than an option of the list.
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
	onText func(*dialog, nlu.ParsedText) bool
	// onOption takes an option of the open question; nil where the questions have no options.
	onOption func(*dialog, option)
	// onSeveral takes several options at once; nil where only one may be chosen.
	onSeveral func(*dialog, []option)
	// back goes to the question before; nil: to the menu.
	back func(*dialog)
	// confirmAgain puts the open question again, below the text of a key. It is set where a bare number may be meant as a number
	// and not as an option.
	confirmAgain func(d *dialog, key string)
	// yes is the key of the label of the option "yes": what it does.
	yes func(*dialog) string
	// destroys says that a yes or a number takes something away, or makes what was not asked for: forwarded words are no
	// answer.
	destroys bool
	// awaitsCode says that the code that the page shows is awaited.
	awaitsCode bool
	// patience is how long the question waits for its answer; zero: 10 minutes.
	patience time.Duration

	// results take the results of the effects that are awaited, by their operation.
	results results
	// onRefused takes an error that the port declares. False: the general answer will do. It may be nil.
	onRefused func(*dialog, effectAnswer) bool
	// onFailed takes an effect that the back end did not answer.
	onFailed func(*dialog, bot.Result)
	// onCancel answers a person who stops waiting; nil: with the menu.
	onCancel func(*dialog)
}

type results map[string]func(*dialog, effectAnswer)

// acts reports whether an effect that the state awaits changes something at the back end.
func (s state) acts() bool {
	for op := range s.results {
		if effects[op].acts {
			return true
		}
	}
	return false
}

// home is the state in which nothing is open. Every flow begins and ends there.
const home = "menu"

// table is every state of the conversations, flow by flow. A new state is a new row.
func table() []flow {
	return []flow{
		{name: "token", about: "the current token, of one person or several, in words or bare", grants: true,
			begin: moves{"choose": "token.pick", "ask": "token.wait"},
			states: []state{
				{name: "token.pick", onText: answerWho, onOption: chooseWho, onSeveral: with(inToken, tokenDialog.chooseSeveral),
					moves: moves{"ask": "token.wait"}},
				{name: "token.wait", results: results{opCurrent: with(inToken, tokenDialog.onGiven), opGroup: with(inToken, tokenDialog.onGroup)},
					onFailed: with(inToken, tokenDialog.onFailed),
					moves:    moves{"choose": "token.pick", "given": home, "failed": home}},
			}},
		{name: "another", about: "a new token in the place of the live one", grants: true,
			begin: moves{"look": "another.look", "choose": "another.pick", "confirm": "another.confirm"},
			states: []state{
				{name: "another.pick", onText: answerWho, onOption: chooseWho,
					moves: moves{"look": "another.look", "confirm": "another.confirm"}},
				{name: "another.look", results: results{opGroup: onGroup}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "another.pick", "confirm": "another.confirm", "failed": home}},
				{name: "another.confirm", onText: takes(inAnother, anotherDialog.answerConfirm), onOption: answerByOption, back: does(inAnother, anotherDialog.back),
					yes: label("option.yes_another"), destroys: true,
					moves: moves{"back": "another.pick", "ask": "another.wait"}},
				{name: "another.wait", results: results{opAnother: with(inAnother, anotherDialog.onRenewed)},
					onFailed: with(inAnother, anotherDialog.onFailed), onCancel: cannotStop,
					moves: moves{"given": home, "unsure": "another.confirm"}},
			}},
		{name: "day", about: "a token for another day than today: there is none, and a sheet is offered", grants: true, grantsOthers: true,
			begin: moves{"doubt": "day.ask"},
			states: []state{
				{name: "day.ask", onText: takes(inDay, dayDialog.answer), onOption: with(inDay, dayDialog.choose)},
			}},
		{name: "rejected", about: "a token that was not accepted at the counter", grants: true,
			begin: moves{"choose": "rejected.pick", "ask": "rejected.wait"},
			states: []state{
				{name: "rejected.pick", onText: answerWho, onOption: chooseWho,
					moves: moves{"ask": "rejected.wait"}},
				{name: "rejected.wait", results: results{opState: with(inRejected, rejectedDialog.onState), opStates: with(inRejected, rejectedDialog.onStates),
					opSheets: with(inRejected, rejectedDialog.onSheets), opGroup: onGroup}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "rejected.pick", "offer": "rejected.offer", "told": home, "failed": home}},
				{name: "rejected.offer", onText: takes(inRejected, rejectedDialog.answerOffer), onOption: with(inRejected, rejectedDialog.chooseOffer), destroys: true},
			}},
		{name: "sheet", about: "preprinted tokens of one person for a month, on paper", grants: true, numbersSaid: true,
			begin: moves{"look": "sheet.look", "confirm": "sheet.confirm"},
			states: []state{
				{name: "sheet.pick", onText: answerWho, onOption: chooseWho,
					moves: moves{"look": "sheet.look"}},
				{name: "sheet.look", results: results{opMonths: onSheets, opSheets: onSheets}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "sheet.pick", "month": "sheet.month", "count": "sheet.count", "confirm": "sheet.confirm", "given": home, "failed": home}},
				{name: "sheet.month", onText: takes(inSheet, sheetDialog.answerMonth), onOption: with(inSheet, sheetDialog.chooseMonth), back: does(inSheet, sheetDialog.backToWho),
					moves: moves{"look": "sheet.look", "choose": "sheet.pick"}},
				{name: "sheet.count", onText: takes(inSheet, sheetDialog.answerCount), back: does(inSheet, sheetDialog.backFromCount),
					moves: moves{"look": "sheet.look", "choose": "sheet.pick", "month": "sheet.month"}},
				{name: "sheet.confirm", onText: takes(inSheet, sheetDialog.answerConfirm), onOption: answerByOption, back: does(inSheet, sheetDialog.backFromConfirm),
					confirmAgain: with(inSheet, sheetDialog.confirmAgain), yes: yesLabel, destroys: true,
					moves: moves{"look": "sheet.look", "count": "sheet.count", "order": "sheet.wait"}},
				{name: "sheet.wait", results: results{opPrint: with(inSheet, sheetDialog.onPrinted)},
					onFailed: with(inSheet, sheetDialog.onFailed), onCancel: cannotStop,
					moves: moves{"look": "sheet.look", "unsure": "sheet.confirm", "given": home, "failed": home}},
			}},
		{name: "void", about: "preprinted tokens that must not be used any more: a sheet was lost", grants: true, numbersSaid: true,
			begin: moves{"look": "void.look"},
			states: []state{
				{name: "void.pick", onText: answerWho, onOption: chooseWho,
					moves: moves{"look": "void.look"}},
				{name: "void.look", results: results{opMonths: onSheets, opSheets: onSheets}, onFailed: noAnswer("token.no_answer"),
					moves: moves{"choose": "void.pick", "which": "void.which", "number": "void.number", "confirm": "void.confirm", "failed": home}},
				{name: "void.which", onText: takes(inVoid, voidDialog.answerSheet), onOption: with(inVoid, voidDialog.chooseSheet), back: does(inVoid, voidDialog.backToWho),
					moves: moves{"look": "void.look", "choose": "void.pick", "confirm": "void.confirm"}},
				{name: "void.number", onText: takes(inVoid, voidDialog.answerNumber), back: does(inVoid, voidDialog.backToWho),
					moves: moves{"look": "void.look", "choose": "void.pick", "which": "void.which", "confirm": "void.confirm", "failed": home}},
				{name: "void.confirm", onText: takes(inVoid, voidDialog.answerConfirm), onOption: answerByOption, back: does(inVoid, voidDialog.backFromConfirm),
					confirmAgain: with(inVoid, voidDialog.confirmAgain), yes: label("option.yes_void"), destroys: true,
					moves: moves{"look": "void.look", "choose": "void.pick", "which": "void.which", "number": "void.number", "do": "void.wait"}},
				{name: "void.wait", results: results{opVoid: with(inVoid, voidDialog.onVoided)},
					onFailed: with(inVoid, voidDialog.onFailed), onCancel: cannotStop,
					moves: moves{"unsure": "void.confirm", "done": home, "failed": home}},
			}},
		{name: "link", about: "linking this chat with an account",
			begin: moves{"invite": "link.inviting", "who": "link.who"},
			states: []state{
				{name: "link.inviting", results: results{opInvite: with(inLink, linkDialog.onInvite)}, onFailed: noAnswer("link.failed"),
					moves: moves{"sent": "link.code", "failed": home}},
				{name: "link.code", onText: takes(inLink, linkDialog.answerCode), onOption: with(inLink, linkDialog.chooseInstead), awaitsCode: true,
					// Ten minutes to open the page, thirty to sign in, ten to bring the code.
					patience: 50 * time.Minute,
					moves:    moves{"try": "link.redeeming"}},
				{name: "link.redeeming", results: results{opRedeem: with(inLink, linkDialog.onGranted)}, onRefused: takes(inLink, linkDialog.onCodeRefused),
					onFailed: with(inLink, linkDialog.onCodeFailed),
					moves:    moves{"wrong": "link.code", "unsure": "link.code", "dead": home, "grant": "link.granting", "linked": "link.who", "added": home}},
				{name: "link.granting", results: results{opCurrent: with(inLink, linkDialog.onGiven)}, onRefused: takes(inLink, linkDialog.onTokenRefused),
					onFailed: with(inLink, linkDialog.onNotGiven), onCancel: does(inLink, linkDialog.cancelGranting),
					moves: moves{"linked": "link.who", "given": home}},
				{name: "link.who", onText: takes(inLink, linkDialog.answerUser), onOption: with(inLink, linkDialog.chooseUser),
					moves: moves{"answer": home, "others": "link.replace"}},
				{name: "link.replace", onText: takes(inLink, linkDialog.answerReplace), onOption: answerByOption, yes: label("option.yes_replace"), destroys: true,
					moves: moves{"replace": "link.replacing"}},
				{name: "link.replacing", results: results{opUnlink: with(inLink, linkDialog.onReplaced)}, onFailed: noAnswer("link.failed"), onCancel: cannotStop,
					moves: moves{"replaced": home, "failed": home}},
			}},
		{name: "account", about: "which of the chat's accounts a wish is about", grants: true, grantsOthers: true,
			begin: moves{"doubt": "account.ask"},
			states: []state{
				{name: "account.ask", onText: takes(inAccount, accountDialog.answer), onOption: with(inAccount, accountDialog.choose)},
			}},
		{name: "chats", about: "the chats linked with the account, and unlinking",
			begin: moves{"look": "chats.wait", "doubt": "chats.ask", "unlink": "chats.unlinking"},
			states: []state{
				{name: "chats.wait", results: results{opChats: with(inChats, chatsDialog.onChats)}, onFailed: noAnswer("link.failed"),
					moves: moves{"listed": "chats.list", "failed": home}},
				{name: "chats.list", onText: optionsOnly, onOption: with(inChats, chatsDialog.chooseListed), destroys: true,
					moves: moves{"unlink": "chats.unlinking"}},
				{name: "chats.ask", onText: takes(inChats, chatsDialog.answerUnlink), onOption: answerByOption, destroys: true,
					moves: moves{"unlink": "chats.unlinking"}},
				{name: "chats.unlinking", results: results{opUnlink: with(inChats, chatsDialog.onUnlinked)}, onRefused: takes(inChats, chatsDialog.onRefused),
					onFailed: with(inChats, chatsDialog.onFailed),
					moves:    moves{"done": home, "failed": home}},
			}},
		{name: "data", about: "what is held about the person, erasing it, and what protects the account",
			begin: moves{"look": "data.wait", "doubt": "data.ask", "code": "data.code", "disown": "data.disowning"},
			states: []state{
				{name: "data.wait", results: results{opMyData: with(inData, dataDialog.onHeld)}, onFailed: noAnswer("link.failed"),
					moves: moves{"told": home, "failed": home}},
				{name: "data.ask", onText: takes(inData, dataDialog.answerErase), onOption: answerByOption, yes: label("option.yes_erase"), destroys: true,
					moves: moves{"erase": "data.erasing"}},
				{name: "data.erasing", results: results{opErase: with(inData, dataDialog.onErased)}, onRefused: takes(inData, dataDialog.onEraseRefused),
					onFailed: noAnswer("link.failed"), onCancel: cannotStop,
					moves: moves{"done": home, "failed": home}},
				{name: "data.code", results: results{opSignInCode: with(inData, dataDialog.onSignInCode)}, onFailed: noAnswer("link.failed"),
					moves: moves{"told": home, "failed": home}},
				{name: "data.disowning", results: results{opDisown: with(inData, dataDialog.onDisowned)}, onFailed: noAnswer("link.failed"), onCancel: cannotStop,
					moves: moves{"told": home, "failed": home}},
			}},
		{name: "mesa", about: "a person of Mesa de Ayuda: whether the last case is meant, and what an agent has the bot do",
			begin: moves{"doubt": "mesa.reopen", "errand": stateErrand},
			states: []state{
				{name: "mesa.reopen", onText: takes(inMesa, mesaDialog.answerIfSame), onOption: answerByOption, yes: label("option.yes_person")},
				{name: stateErrand, results: results{opCurrent: with(inMesa, mesaDialog.onGiven), opGroup: with(inMesa, mesaDialog.onGroup)},
					onRefused: takes(inMesa, mesaDialog.onRefused), onFailed: with(inMesa, mesaDialog.onFailed),
					moves: moves{"done": home, "failed": home}},
			}},
		{name: "stale", about: "a wish that is too old to be granted unasked", grants: true, grantsOthers: true,
			begin: moves{"doubt": "stale.ask"},
			states: []state{
				{name: "stale.ask", onText: (*dialog).answerStale, onOption: answerByOption, yes: label("option.yes_stale"), destroys: true},
			}},
	}
}

// homeState is the row of the menu: an option below an answer begins something.
func homeState() state { return state{name: home, onOption: chooseBelow} }

// The handlers of a flow are methods of the flow's own type, which has the dialog and the flow's request. The functions
// below adapt them to the rows.

// does is for a handler without an argument.
func does[D any](in func(*dialog) D, f func(D)) func(*dialog) {
	return func(d *dialog) { f(in(d)) }
}

// with is for a handler with an argument.
func with[D, A any](in func(*dialog) D, f func(D, A)) func(*dialog, A) {
	return func(d *dialog, a A) { f(in(d), a) }
}

// takes is for a handler that reports whether it took its argument.
func takes[D, A any](in func(*dialog) D, f func(D, A) bool) func(*dialog, A) bool {
	return func(d *dialog, a A) bool { return f(in(d), a) }
}

// label is a fixed key of the option "yes".
func label(key string) func(*dialog) string { return func(*dialog) string { return key } }
