package wire

import "llave/flows/backend"

// CurrentBody asks for the live tokens of members.
type CurrentBody struct {
	Members []backend.MemberID `json:"members" maxItems:"50" doc:"Whose tokens. The answer has one token or one denial for each, in this order." nullable:"false"`
}

// AnotherBody asks for a new token of a member.
type AnotherBody struct {
	Member backend.MemberID `json:"member"`
	Key    string           `json:"key" minLength:"1" maxLength:"200" doc:"The same key gives the same answer for at least a day, and replaces once."`
}

// SheetsBody asks for the sheets of a member.
type SheetsBody struct {
	Member backend.MemberID `json:"member,omitempty" maxLength:"100" doc:"Whose sheets. Without it only what can be ordered is told: left is the maximum, and last is 0."`
}

// PrintBody orders a sheet.
type PrintBody struct {
	Member backend.MemberID `json:"member" maxLength:"100"`
	Month  backend.Month    `json:"month" minLength:"1" maxLength:"20" doc:"One of those that are offered." example:"2026-11"`
	Count  int              `json:"count" minimum:"1" doc:"More than are left is denied: too_many, and none is made."`
	After  int              `json:"after" minimum:"0" doc:"The month's last, as it was when the person was shown what would be made. If it is another by now, none is made: changed."`
	Key    string           `json:"key" minLength:"1" maxLength:"200" doc:"The same key gives the same sheet for at least a day, as it is by then, and makes one. It stands for the member, the month and the count, and comes before after."`
}

// VoidBody ends tokens of a sheet.
type VoidBody struct {
	Sheet   backend.SheetID `json:"sheet" maxLength:"100"`
	Numbers []int           `json:"numbers" maxItems:"1000" doc:"Numbers on paper; none means all." nullable:"false"`
}

// RedeemBody makes a link of an invite.
type RedeemBody struct {
	Invite string `json:"invite" maxLength:"100" doc:"The invite's id."`
	Code   string `json:"code" maxLength:"100" doc:"As the person typed it: any case, spaces and dashes."`
	Key    string `json:"key" minLength:"1" maxLength:"200" doc:"The same key gives the same answer for at least a day."`
}

// UnlinkBody ends a link.
type UnlinkBody struct {
	Link string `json:"link,omitempty" maxLength:"100" doc:"A link of the account; without it, the credential's own."`
}

// DisownBody names a chat of the account that its owner did not link.
type DisownBody struct {
	Chat string `json:"chat" minLength:"1" maxLength:"4096" doc:"As in the links of the account."`
}

// LinksBody is the answer with the linked chats of an account.
type LinksBody struct {
	Links []backend.LinkedChat `json:"links" nullable:"false"`
}

// NoticesBody is the answer with what chats are to be told.
type NoticesBody struct {
	Notices []backend.Notice `json:"notices" nullable:"false"`
}

// ToldBody names notices that were told.
type ToldBody struct {
	Names []string `json:"names" maxItems:"1000" nullable:"false"`
}

// ValidationBody is a provider's question: is this token this affiliate's?
type ValidationBody struct {
	RequestID       string `json:"request_id" minLength:"1" maxLength:"100" doc:"Chosen by the provider. The same one gets the same answer and uses nothing twice."`
	AffiliateNumber string `json:"affiliate_number" maxLength:"128" doc:"As it is typed, pasted or scanned: spaces, case, invisible characters and what a scanner puts around it do not count."`
	Token           string `json:"token" maxLength:"128" doc:"Six digits, leading zeros included, as they are typed, pasted or scanned." example:"482913"`
	Visit           string `json:"visit,omitempty" maxLength:"100" doc:"Within 60 minutes the same provider may use an accepted token again for the same visit."`
}

// VerdictBody answers a provider.
type VerdictBody struct {
	Result    string         `json:"result" enum:"accepted,denied"`
	Affiliate string         `json:"affiliate,omitempty" doc:"The person's name, if accepted."`
	Reason    backend.Reason `json:"reason,omitempty" enum:"unknown,used,replaced,expired,other_person,not_active,locked"`
}
