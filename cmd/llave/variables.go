package main

import (
	"slices"
	"strconv"
)

// variable is a row of the table of configuration. What the variable is and what holds without it are in the catalog, by its
// name; llave help and the tables in README.md and README.en.md are made of both.
type variable struct {
	name    string
	group   string              // its heading in llave help
	initial string              // the value if the variable is not set
	field   func(c *config) any // where the value goes: a *string or a *float64
	check   func(c *config, report errorReport)
}

// errorReport takes an error in the configuration: a text of the catalog whose key begins with the name of the variable.
type errorReport func(key string, data any)

// variables is the table of configuration. All values are read before the first is checked; checks run in the order of the
// table, and may rely on what earlier checks have found out.
var variables = []variable{
	{"LLAVE_ADDR", "http", "127.0.0.1:8080", func(c *config) any { return &c.Addr }, (*config).checkAddr},
	{"LLAVE_ADMIN_ADDR", "http", "", func(c *config) any { return &c.AdminAddr }, (*config).checkAdminAddr},
	{"LLAVE_ADMIN_PASSWORD", "http", "", func(c *config) any { return &c.AdminPassword }, (*config).checkAdminPassword},
	{"LLAVE_TRUSTED_PROXIES", "http", "", func(c *config) any { return &c.TrustedProxies }, (*config).checkTrustedProxies},
	{"LLAVE_PUBLIC_URL", "http", "", func(c *config) any { return &c.PublicURL }, (*config).checkPublicURL},
	{"LLAVE_WEBCHAT", "http", "1", func(c *config) any { return &c.WebChat }, (*config).checkWebChat},

	{"LLAVE_DATA", "data", "data", func(c *config) any { return &c.Data }, nil},
	{"LLAVE_STORE", "data", "sqlite", func(c *config) any { return &c.Store }, (*config).checkStore},
	{"LLAVE_DESK_DB", "data", "", func(c *config) any { return &c.DeskDB }, (*config).checkDeskDB},
	{"LLAVE_KEY", "data", "", func(c *config) any { return &c.Key }, (*config).checkKey},

	{"LLAVE_AUTOGESTION", "backend", "", func(c *config) any { return &c.Autogestion }, (*config).checkAutogestion},
	{"LLAVE_AUTOGESTION_URL", "backend", "", func(c *config) any { return &c.AutogestionURL }, (*config).checkAutogestionURL},
	{"LLAVE_AUTOGESTION_KEY", "backend", "", func(c *config) any { return &c.AutogestionKey }, (*config).checkAutogestionKey},
	{"LLAVE_AUTOGESTION_INSECURE", "backend", "", func(c *config) any { return &c.AutogestionInsecure }, (*config).checkAutogestionInsecure},
	{"LLAVE_DEMO", "backend", "", func(c *config) any { return &c.Demo }, (*config).checkDemo},
	{"LLAVE_REGISTER", "backend", "", func(c *config) any { return &c.Register }, (*config).checkRegister},
	{"LLAVE_MAIL_FROM", "backend", "", func(c *config) any { return &c.MailFrom }, nil},
	{"LLAVE_OIDC_CLAIM", "backend", "preferred_username", func(c *config) any { return &c.OpenID.Claim }, nil},
	{"LLAVE_OIDC_CLIENT", "backend", "", func(c *config) any { return &c.OpenID.Client }, nil},
	{"LLAVE_OIDC_ISSUER", "backend", "", func(c *config) any { return &c.OpenID.Issuer }, (*config).checkOpenID},
	{"LLAVE_OIDC_NAME", "backend", "", func(c *config) any { return &c.OpenID.Name }, nil},
	{"LLAVE_OIDC_SECRET", "backend", "", func(c *config) any { return &c.OpenID.Secret }, nil},
	{"LLAVE_SMTP", "backend", "", func(c *config) any { return &c.SMTP }, (*config).checkSMTP},
	{"LLAVE_MESA_PHONE", "backend", "221-351-0282", func(c *config) any { return &c.MesaPhone }, nil},
	{"LLAVE_RUN_BY", "backend", "", func(c *config) any { return &c.RunBy }, nil},

	{"LLAVE_TELEGRAM_TOKEN", "telegram", "", func(c *config) any { return &c.TelegramToken }, (*config).checkTelegramToken},
	{"LLAVE_TELEGRAM_API", "telegram", "", func(c *config) any { return &c.TelegramAPI }, (*config).checkTelegramAPI},
	{"LLAVE_TELEGRAM_WEBHOOK", "telegram", "", func(c *config) any { return &c.TelegramWebhook }, (*config).checkTelegramWebhook},
	{"LLAVE_TELEGRAM_SECRET", "telegram", "", func(c *config) any { return &c.TelegramSecret }, (*config).checkTelegramSecret},
	{"LLAVE_TELEGRAM_RATE", "telegram", "30", func(c *config) any { return &c.TelegramRate }, (*config).checkTelegramRate},

	{"LLAVE_WHATSAPP", "whatsapp", "", func(c *config) any { return &c.WhatsApp }, (*config).checkWhatsApp},
	{"LLAVE_WHATSAPP_DB", "whatsapp", "", func(c *config) any { return &c.WhatsAppDB }, nil},
}

// read stores the value of the variable in its field.
func (s variable) read(c *config, vars map[string]string, report errorReport) {
	value := vars[s.name]
	if value == "" {
		value = s.initial
	}
	switch field := s.field(c).(type) {
	case *string:
		*field = value
	case *float64:
		var err error
		if *field, err = strconv.ParseFloat(value, 64); err != nil {
			report(s.name+".shape", nil)
		}
	}
}

// isVariable reports whether the configuration has a variable of that name.
func variableExists(name string) bool {
	return slices.ContainsFunc(variables, func(s variable) bool { return s.name == name })
}
