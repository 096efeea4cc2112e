// Every page: tell the server the reader's zone once, and take the eye to what went wrong.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
if (zone && !document.cookie.includes(`zone=${zone}`)) document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`
document.querySelector('[data-focus]')?.focus()
