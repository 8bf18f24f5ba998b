// Package reading measures how easy Spanish texts are to read, by the formula of Szigriszt-Pazos, whose scale is INFLESZ. Tests use it:
// each catalog and page that an affiliate reads is measured, whatever its conditions say.
//
// Reading order:
//
//	ease.go      the formula
//	variants.go  the texts of a template: each branch of its conditions
//	page.go      the lines of a page of HTML
package reading
