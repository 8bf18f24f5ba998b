package main

import (
	"context"
	"errors"

	"llave/adapters/autogestion"
)

// accountCode prints a one-time code for a person whose document was seen in an office.
func (p program) accountCode(ctx context.Context, args []string) error {
	return p.onAccount(ctx, "account code", args, func(s *autogestion.Service, cuil string) error {
		code, until, err := s.OfficeCode(ctx, cuil)
		if err != nil {
			return err
		}
		return write(p.stdout, "account.code", values{"Code": code, "Until": localTime(until, "02/01/2006 15:04"), "Page": s.OfficePage()})
	})
}

// showAccount prints what is held about a person and their account.
func (p program) showAccount(ctx context.Context, args []string) error {
	return p.onAccount(ctx, "account show", args, func(s *autogestion.Service, cuil string) error {
		info, err := s.Account(ctx, cuil)
		if err != nil {
			return err
		}
		return write(p.stdout, "account.show", values{"Info": info, "Made": localTime(info.Made, "02/01/2006 15:04"), "OfficeUntil": localTime(info.OfficeUntil, "02/01/2006 15:04")})
	})
}

// accountLinks lists the linked chats of a person's account.
func (p program) accountLinks(ctx context.Context, args []string) error {
	return p.onAccount(ctx, "account links", args, func(s *autogestion.Service, cuil string) error {
		info, err := s.Account(ctx, cuil)
		if err != nil {
			return err
		}
		for _, l := range info.Links {
			if err := write(p.stdout, "account.link", values{"Link": l, "Since": localTime(l.Since, "02/01/2006 15:04")}); err != nil {
				return err
			}
		}
		if len(info.Links) == 0 {
			return write(p.stdout, "account.no_links", nil)
		}
		return nil
	})
}

// unlinkAccount ends all links of a person's account.
func (p program) unlinkAccount(ctx context.Context, args []string) error {
	return p.onAccount(ctx, "account unlink", args, func(s *autogestion.Service, cuil string) error {
		ended, err := s.UnlinkAll(ctx, cuil)
		if err != nil {
			return err
		}
		return write(p.stdout, "account.unlinked", ended)
	})
}

// forgetAccount deletes the account of a person.
func (p program) forgetAccount(ctx context.Context, args []string) error {
	return p.onAccount(ctx, "account forget", args, func(s *autogestion.Service, cuil string) error {
		if err := s.Forget(ctx, cuil); err != nil {
			return err
		}
		return write(p.stdout, "account.forgotten", nil)
	})
}

// onAccount does something with the person whose CUIL is the one argument.
func (p program) onAccount(ctx context.Context, command string, args []string, do func(*autogestion.Service, string) error) error {
	if len(args) != 1 {
		return usage(command)
	}
	return p.withEmbedded(ctx, func(s *autogestion.Service) error {
		err := do(s, args[0])
		switch {
		case errors.Is(err, autogestion.ErrNotInPadron):
			return refuse("account.nobody", nil).because(err)
		case errors.Is(err, autogestion.ErrUnknownCUIL):
			return refuse("account.none", nil).because(err)
		}
		return err
	})
}
