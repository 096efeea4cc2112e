// The editor of a lesson (templates/editions/lesson_editor.html): toolbar, shortcuts, languages, preview, pictures.
for (const form of document.querySelectorAll('form[data-editor]')) {
  const pages = form.querySelector('[data-pages]')
  if (!pages) continue
  const tools = form.querySelector('[data-tools]'), tabs = form.querySelector('[data-tabs]'), words = pages.dataset
  const texts = [...pages.querySelectorAll('textarea[data-markdown]')]
  const dialog = document.querySelector('dialog[data-picture]')
  const pageOf = (text) => text.closest('[data-page]')
  let here = texts[0], looking = false

  // --- what a tool writes: as if it had been typed, so that it can be undone
  const put = (text, words, from = text.selectionStart, to = text.selectionEnd) => {
    text.focus()
    text.setSelectionRange(from, to)
    if (!document.execCommand('insertText', false, words)) {
      text.setRangeText(words, from, to, 'end')
      text.dispatchEvent(new Event('input', { bubbles: true }))
    }
  }
  const chosen = (text) => text.value.slice(text.selectionStart, text.selectionEnd)
  const around = (text, sign) => {
    const { selectionStart: from, selectionEnd: to, value } = text
    const inside = chosen(text) || words.sayText
    if (value.slice(from - sign.length, from) === sign && value.slice(to, to + sign.length) === sign) {
      put(text, chosen(text), from - sign.length, to + sign.length)
      return text.setSelectionRange(from - sign.length, to - sign.length)
    }
    put(text, sign + inside + sign)
    text.setSelectionRange(from + sign.length, from + sign.length + inside.length)
  }
  const lines = (text, change) => { // every line that is at least partly chosen
    const { value } = text
    const from = value.lastIndexOf('\n', text.selectionStart - 1) + 1
    const end = value.indexOf('\n', Math.max(from, text.selectionEnd - (text.selectionEnd > text.selectionStart)))
    const to = end < 0 ? value.length : end
    const now = value.slice(from, to).split('\n').map(change).join('\n')
    put(text, now, from, to)
    text.setSelectionRange(from, from + now.length)
  }
  const block = (text, words, mark) => { // stands alone, between empty lines; without a mark one writes on after it
    const { selectionStart: from, selectionEnd: to, value } = text
    const before = value.slice(0, from), after = value.slice(to)
    const head = !before || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'
    const tail = !after || after.startsWith('\n\n') ? '' : after.startsWith('\n') ? '\n' : '\n\n'
    put(text, head + words + tail)
    const at = from + head.length + (mark === undefined ? words.length : Math.max(0, words.indexOf(mark)))
    text.setSelectionRange(at, at + (mark?.length ?? 0))
  }
  const toggled = (sign) => (line) => line.startsWith(sign) ? line.slice(sign.length) : sign + line
  const verbs = {
    bold: (text) => around(text, '**'),
    italic: (text) => around(text, '*'),
    heading: (text) => lines(text, (line) => line.startsWith('### ') ? line.slice(4) : line.startsWith('## ') ? `#${line}` : `## ${line}`),
    list: (text) => lines(text, toggled('- ')),
    numbers: (text) => lines(text, (line, place) => /^\d+\. /.test(line) ? line.replace(/^\d+\. /, '') : `${place + 1}. ${line}`),
    quote: (text) => lines(text, toggled('> ')),
    link: (text) => {
      const inside = chosen(text) || words.sayText, from = text.selectionStart
      put(text, `[${inside}](https://)`)
      text.setSelectionRange(from + inside.length + 3, from + inside.length + 11)
    },
    table: (text) => { text.selectionStart = text.selectionEnd; block(text, `| ${words.sayHead} | ${words.sayHead} |\n|---|---|\n| ${words.sayText} | ${words.sayText} |`, words.sayHead) },
    callout: (text, { dataset }) => { const inside = chosen(text) || words.sayText; block(text, `::: ${dataset.callout}\n${inside}\n:::`, inside) },
    note: (text) => {
      const number = Math.max(0, ...[...text.value.matchAll(/\[\^(\d+)\]/g)].map((found) => +found[1])) + 1
      put(text, `[^${number}]`, text.selectionEnd, text.selectionEnd)
      const end = text.value.replace(/\s+$/, '').length, last = /\n\[\^[^\]]+\]:[^\n]*$/.test(text.value.slice(0, end))
      put(text, `${last ? '\n' : '\n\n'}[^${number}]: ${words.saySource}`, end, text.value.length)
      text.setSelectionRange(text.value.length - words.saySource.length, text.value.length)
    },
    picture: (text) => ask(text),
    preview: () => look(!looking),
  }
  const use = (button) => { if (!looking || button.dataset.tool === 'preview') verbs[button.dataset.tool](here, button) }

  // --- the toolbar is one stop of the Tab key; arrows go along it
  const buttons = [...tools.querySelectorAll('button')]
  const reach = (button) => { for (const each of buttons) each.tabIndex = each === button ? 0 : -1 }
  reach(buttons[0])
  tools.hidden = false
  tools.addEventListener('mousedown', (event) => event.target.closest('button') && event.preventDefault()) // the text keeps its selection
  tools.addEventListener('click', (event) => { const button = event.target.closest('button'); if (button) { reach(button); use(button) } })
  tools.addEventListener('keydown', (event) => {
    const place = buttons.indexOf(event.target)
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: buttons.length - 1 }[event.key]
    if (place < 0 || to === undefined) return
    event.preventDefault()
    const next = buttons[(to + buttons.length) % buttons.length]
    reach(next)
    next.focus()
  })
  const keys = { b: 'bold', i: 'italic', k: 'link' }
  form.addEventListener('keydown', (event) => {
    const key = event.key.toLowerCase(), inside = texts.includes(event.target)
    const tool = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && inside ? keys[key] : event.altKey && event.shiftKey && key === 'p' ? 'preview' : null
    if (!tool) return
    event.preventDefault()
    use(buttons.find((each) => each.dataset.tool === tool))
  })

  // --- languages: side by side where there is room, else one at a time
  const choose = (text) => {
    here = text
    for (const each of texts) pageOf(each).classList.toggle('pages__one--here', each === text)
    for (const tab of tabs.children) tab.setAttribute('aria-pressed', tab.dataset.tab === pageOf(text).dataset.page)
  }
  tabs.hidden = texts.length < 2
  pages.classList.add('pages--live')
  tabs.addEventListener('click', (event) => {
    const tab = event.target.closest('[data-tab]')
    if (tab) choose(texts.find((text) => pageOf(text).dataset.page === tab.dataset.tab))
  })
  const missing = () => texts.forEach((text) => { pageOf(text).querySelector('[data-missing]').hidden = !!text.value.trim() })
  for (const text of texts) text.addEventListener('focus', () => choose(text))
  form.addEventListener('input', missing)
  form.addEventListener('restored', missing)
  choose(texts.find((text) => text.matches('[aria-invalid]')) ?? here)

  // --- as participants will see it
  const send = (to, fields, signal) => {
    const data = new FormData()
    data.append('csrf_token', form.elements.csrf_token.value)
    for (const [name, value] of Object.entries(fields)) data.append(name, value)
    return fetch(to, { method: 'POST', body: data, signal, headers: { Accept: to === form.dataset.uploadTo ? 'application/json' : 'text/html' } })
  }
  const look = async (now) => {
    looking = now
    buttons.find((each) => each.dataset.tool === 'preview').setAttribute('aria-pressed', now)
    for (const text of texts) {
      const place = pageOf(text).querySelector('[data-preview]')
      text.hidden = now
      place.hidden = !now
      if (!now) continue
      place.textContent = '…'
      try {
        const answer = await send(form.dataset.previewAt, { language: pageOf(text).dataset.page, source: text.value })
        if (!answer.ok) throw answer
        place.innerHTML = await answer.text()
      } catch { place.textContent = words.failed }
    }
    if (!now) here.focus()
  }
  pages.addEventListener('click', (event) => {
    const link = event.target.closest('[data-line]')
    if (!link) return
    event.preventDefault()
    const text = pageOf(link).querySelector('textarea')
    look(false)
    const before = text.value.split('\n').slice(0, link.dataset.line - 1).join('\n').length + (link.dataset.line > 1)
    const end = text.value.indexOf('\n', before)
    text.focus()
    text.setSelectionRange(before, end < 0 ? text.value.length : end)
  })

  // --- pictures: pasted, dropped or chosen; none comes in without words for who cannot see it
  const inner = dialog.querySelector('form'), alt = dialog.querySelector('textarea'), wrong = dialog.querySelector('[data-wrong]')
  const chooser = dialog.querySelector('input[type=file]')
  const which = dialog.querySelector('[data-which]')
  let file, target, place, sending, waiting = [], count = 0
  const ask = (text, given, at = [text.selectionEnd, text.selectionEnd]) => { // after what is marked: a picture takes the place of no words
    file = given
    target = text
    place = at // a text behind a dialog forgets it
    which.textContent = count > 1 ? words.which.replace('{place}', count - waiting.length).replace('{count}', count).replace('{name}', given.name) : ''
    chooser.value = alt.value = wrong.textContent = ''
    dialog.querySelector('[data-file]').hidden = !!given
    chooser.required = !given
    inner.ariaBusy = 'false'
    dialog.showModal()
    ;(given ? alt : chooser).focus()
  }
  const askEach = (text, pictures) => { // one after the other: each has words of its own
    [waiting, count] = [pictures.slice(1), pictures.length]
    ask(text, pictures[0])
  }
  dialog.addEventListener('close', () => {
    sending?.abort() // whoever leaves it out while it is sent is asked about the next, whatever the answer would be
    sending = null
    const next = waiting.shift()
    if (next) ask(target, next, place)
    else count = 0
  })
  inner.addEventListener('submit', async (event) => {
    if (event.submitter?.value === 'no') return
    event.preventDefault()
    const picture = file ?? chooser.files[0]
    alt.value = alt.value.trim()
    if (!picture || !inner.reportValidity() || inner.ariaBusy === 'true') return
    inner.ariaBusy = 'true'
    wrong.textContent = words.sending
    const mine = sending = new AbortController()
    try {
      const answer = await send(form.dataset.uploadTo, { module: form.dataset.module, alt: alt.value, file: picture }, mine.signal)
      const said = await answer.json()
      if (mine.signal.aborted) return
      if (answer.ok) { dialog.close(); target.setSelectionRange(...place); block(target, said.markdown); place = [target.selectionStart, target.selectionEnd] } else wrong.textContent = said.message
    } catch { if (!mine.signal.aborted) wrong.textContent = words.cut }
    if (!mine.signal.aborted) inner.ariaBusy = 'false'
  })
  const picturesIn = (transfer) => [...transfer.files].filter((each) => each.type.startsWith('image/'))
  for (const text of texts) {
    text.addEventListener('paste', (event) => {
      const pictures = picturesIn(event.clipboardData)
      if (!pictures.length || event.clipboardData.types.includes('text/plain')) return // a table of a spreadsheet comes as both
      event.preventDefault()
      askEach(text, pictures)
    })
    text.addEventListener('dragover', (event) => { if (event.dataTransfer.types.includes('Files')) event.preventDefault() })
    text.addEventListener('drop', (event) => {
      if (!event.dataTransfer.files.length) return
      event.preventDefault() // no file opens in the place of the page
      const pictures = picturesIn(event.dataTransfer)
      if (pictures.length) askEach(text, pictures)
    })
  }
}
