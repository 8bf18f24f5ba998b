package backend

// member returns a member of the group by id.
func (g Group) Member(id MemberID) (Member, bool) {
	for _, p := range g.Members {
		if p.ID == id {
			return p, id != ""
		}
	}
	return Member{}, false
}

// related are the members with one of some kinships to the account's own affiliate: who has it for certain, who has it or
// its counterpart of the other sex, and who is in charge as somebody that the back end does not name.
func (g Group) Related(kins []string) (certain, open, loose []MemberID) {
	for _, p := range g.Members {
		if p.ID == g.Own {
			continue
		}
		is, may, any := kinMeans(kins, p.Kinship)
		switch {
		case is:
			certain = append(certain, p.ID)
		case may:
			open = append(open, p.ID)
		case any:
			loose = append(loose, p.ID)
		}
	}
	return certain, open, loose
}
