// Package flows is the conversations. [Script] decides on each input of a chat: a pure function of the session and the
// input names the next state, the replies, the timers and at most one effect, which is a call to the back end as data. The
// engine of package bot carries the decision out.
//
// What a text means is found in package nlu, the texts that people read are in package texts, and the back end's contract
// is in package backend.
//
// Reading order:
//
//	states.go         the table: one row for each state, with its moves and its handlers
//	machine.go        the table as state machines: checks, legal moves, diagrams
//	script.go         Script.Decide
//	dispatch.go       which code takes an input; input.go for texts, press.go for buttons, guess.go for guesses under a question,
//	                  waiting.go while the back end is asked, effect_result.go for its answers
//	dialog.go         dialog: one decision in the making, with moves, replies and questions
//	memory.go         what is remembered of a chat, and the migration of older sessions; memory_json.go: how it is written
//	request.go        Request: what a person asks for, one struct a flow; who.go finds out for whom, stale.go confirms old ones
//	effects.go        the effects, and Effects, which runs them on the back end
//
// The flows, by name and step:
//
//	token.go, token_message.go, card.go         the current token, in words and as a picture
//	another.go                                  a new token in the place of the live one
//	earlier.go                                  the live token that was given before
//	follow.go                                   texts about the answer right above them
//	several.go                                  several requests of one text
//	day.go                                      a token for another day than today
//	rejected.go                                 why a token was not accepted; rejected_sheet.go of a token on paper
//	preprint.go                                 what sheet and void share
//	sheet.go, sheet_month.go, sheet_count.go, sheet_confirm.go, sheet_message.go, sheet_document.go
//	void.go, void_which.go, void_number.go, void_confirm.go
//	link.go, link_granted.go, link_user.go      linking a chat with an account; link_account.go, for who has none or forgot the password
//	chats.go                                    the linked chats, and unlinking; device.go, on a device that others use, too
//	account.go, account_which.go, account_change.go  several accounts on one chat: what is kept, which is meant, adding and ending one
//	told.go                                     what the back end tells a chat without having been asked
//	mydata.go                                   what is held about the person, and what protects the account
//	mesa.go, mesa_promise.go                    asking for a person of Mesa de Ayuda, and what is promised
//	mesa_steps.go, mesa_card.go                 what the desk is told: the last wishes, the card, the hint; mesa_steps_code.go, how wishes are kept
//	mesa_queued.go, mesa_assigned.go, mesa_became.go, mesa_errand.go
//	menu.go, miss.go                            the menu, and what was not understood
//	danger.go                                   dangers and frauds, which are answered first
//
// The rest is about every chat: repeat.go (no line three times), pace.go (programs that answer the bot), password.go, undelivered.go, unreadable.go,
// retention.go, linked.go (linking without a conversation, for the demo), capabilities.go (back ends that lack something).
//
// A new state is a row in states.go, its texts in texts/, and a transcript in testdata/.
package flows
