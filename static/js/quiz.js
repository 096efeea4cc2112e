// An attempt at a quiz: each change is sent at once; what is not confirmed is kept in this browser and sent again.
for (const form of document.querySelectorAll('form[data-attempt]')) {
  const { attempt, unsaved, count, done, todo, kept, mine, theirs } = form.dataset
  const bar = document.querySelector('.attempt')
  const parts = Object.fromEntries([...form.querySelectorAll('[data-question]')].map((part) => [part.dataset.question, part]))
  const links = Object.fromEntries([...document.querySelectorAll('.numbers [data-to]')].map((link) => [link.dataset.to, link]))
  const waiting = new Map() // question -> the inputs that are not confirmed yet, as [name, value]
  const refused = new Set()
  const over = document.getElementById('over')
  const clock = bar.querySelector('[data-left]')
  let busy, timer, typing, leave, asking, end, ticking, pause = 1

  const prefix = `attempt ${attempt} `
  const inputs = (slug) => [...parts[slug]?.querySelectorAll('[name^="given-"]') ?? []]
  const tick = (input) => input.type === 'radio' || input.type === 'checkbox'
  const given = (slug) => inputs(slug).filter((input) => tick(input) ? input.checked : input.value.trim()).map((input) => [input.name, input.value])
  const fill = (slug, pairs) => inputs(slug).forEach((input) => {
    const values = pairs.filter(([name]) => name === input.name).map(([, value]) => value)
    if (tick(input)) input.checked = values.includes(input.value)
    else if (input.value !== (values[0] ?? '')) input.value = values[0] ?? ''
  })
  const pairsOf = (slug, stored) => Object.entries(stored ?? {}).flatMap(([part, values]) => values.map((value) => [`given-${slug}${part && `:${part}`}`, value]))
  const seen = (slug) => form.elements[`seen-${slug}`]
  const browser = (verb, slug, value) => {
    try { return localStorage[verb](prefix + slug, value) } catch {} // a blocked storage is no storage
  }
  const remembered = (slug) => {
    try { return JSON.parse(browser('getItem', slug) ?? 'null') } catch { return null } // somebody else's, or half written
  }
  const tell = (place, message, no) => {
    const saved = place?.querySelector('.saved')
    if (!saved) return
    saved.hidden = false
    saved.classList.toggle('saved--no', no)
    saved.lastElementChild.textContent = message
  }
  const draw = () => {
    for (const slug in links) {
      const any = slug in parts ? given(slug).length > 0 : links[slug].classList.contains('done')
      links[slug].className = waiting.has(slug) ? 'unsaved' : any ? 'done' : ''
      links[slug].lastElementChild.textContent = waiting.has(slug) ? kept : any ? done : todo
    }
    const answered = Object.values(links).filter((link) => link.className).length - [...waiting].filter(([, pairs]) => !pairs.length).length
    bar.querySelector('[data-count]').textContent = count.replace('{}', answered)
  }
  const keep = (slug, later) => {
    waiting.set(slug, given(slug))
    refused.delete(slug)
    browser('setItem', slug, JSON.stringify({ pairs: given(slug), seen: seen(slug)?.value }))
    draw()
    clearTimeout(typing)
    if (later) typing = setTimeout(send, 1200)
    else send()
  }
  const settled = (slug) => {
    waiting.delete(slug)
    browser('removeItem', slug)
  }
  const confirm = (slug, sent, { stored, seen: saves, message }) => {
    for (const other in saves) if (seen(other) && (other === slug || !waiting.has(other))) seen(other).value = saves[other]
    if (waiting.get(slug) === sent) {
      settled(slug)
      tell(parts[slug], message, false)
    }
    for (const other in parts) waiting.has(other) || fill(other, pairsOf(other, stored[other]))
    waiting.size || tell(bar, message, false)
    draw()
  }
  // Another window or device was faster: which of the two answers stays is asked.
  const ask = (slug, { stored, seen: saves }) => {
    const place = parts[slug]?.querySelector('[role=status]')
    if (!place || place.querySelector('button')) return
    const choice = (words, decide) => {
      const button = document.createElement('button')
      Object.assign(button, { type: 'button', className: 'button button--small', textContent: words })
      button.addEventListener('click', () => {
        place.querySelectorAll('button').forEach((each) => each.remove())
        seen(slug).value = saves[slug]
        decide()
        draw()
      })
      return button
    }
    place.append(choice(mine, () => keep(slug)), choice(theirs, () => {
      fill(slug, pairsOf(slug, stored[slug]))
      settled(slug)
      parts[slug].querySelector('.saved').hidden = true
    }))
  }
  // One at a time, so that an older choice never overtakes a newer one.
  const send = async () => {
    const slug = [...waiting.keys()].find((each) => !refused.has(each))
    if (busy || !slug && !asking) return
    busy = true
    clearTimeout(timer)
    const sent = waiting.get(slug)
    const known = seen(slug)?.value ?? remembered(slug)?.seen
    let answer, said
    try {
      answer = await fetch(form.action, {
        method: 'POST',
        body: new URLSearchParams(slug ? [['question', slug], ...known === undefined ? [] : [[`seen-${slug}`, known]], ...sent] : []),
        headers: { Accept: 'application/json', 'X-CSRFToken': form.elements.csrf_token.value },
        signal: AbortSignal.timeout?.(20000),
      })
      said = answer.status < 500 && answer.status !== 429 && await answer.json()
    } catch {} // no connection: tried again below
    busy = false
    if (said && answer.ok) {
      asking = false
      if (slug) confirm(slug, sent, said)
      pause = 1
      if (clock) watch(said.left)
      if (leave === over && said.left) leave = null // more time was given, or the watch of this page was ahead
      if (!leave || waiting.size) send()
      else if (leave === over) over.submit()
      else form.requestSubmit(leave)
      return
    }
    if (slug || said) for (const place of [parts[slug], bar]) tell(place, said?.message ?? unsaved, true)
    if (said) { // trying again would not help
      asking = false
      if (slug) refused.add(slug)
      if (said.conflict) ask(slug, said)
      if (leave === over && !waiting.size) return over.submit()
      if (leave === over) over.querySelector('button').hidden = false
      send()
    } else {
      timer = setTimeout(send, pause * 1000)
      pause = Math.min(pause * 2, 30)
    }
  }

  form.querySelector('[data-plain]').hidden = true
  const questionOf = (event) => event.target.closest('[data-question]')?.dataset.question
  form.addEventListener('change', (event) => questionOf(event) && keep(questionOf(event)))
  form.addEventListener('input', (event) => questionOf(event) && !tick(event.target) && event.target.localName !== 'select' && keep(questionOf(event), true))
  form.addEventListener('submit', (event) => {
    if (!event.submitter?.name) { // Enter in a line of text: it is saved, and one stays
      event.preventDefault()
      clearTimeout(typing)
      return send()
    }
    leave = null
    if (!waiting.size) return
    event.preventDefault()
    leave = event.submitter
    refused.clear()
    send()
  })
  addEventListener('online', send)
  for (const slug in links) {
    const before = remembered(slug)
    if (before && slug in parts) { fill(slug, before.pairs); if (before.seen !== undefined) seen(slug).value = before.seen }
    const touched = inputs(slug).some((input) => tick(input) ? input.checked !== input.defaultChecked : input.localName !== 'select' && input.value !== input.defaultValue)
    if (slug in parts ? before || touched : before) slug in parts ? keep(slug) : waiting.set(slug, before.pairs) // chosen before this ran
  }
  // The time that is left, in minutes. The server decides: it sets this watch with every answer that it takes, when one
  // comes back to the page, and says whether it is over; then what is saved is handed in.
  const show = () => {
    clearTimeout(ticking)
    const rest = (end - performance.now()) / 1000
    const minutes = Math.ceil(rest / 60)
    const now = minutes > 1 ? clock.dataset.minutes.replace('{}', minutes) : rest > 0 ? clock.dataset.seconds : clock.dataset.over
    const words = clock.lastElementChild, told = document.querySelector('[data-told]')
    if (words.textContent !== now) words.textContent = now
    if ((minutes === 5 || minutes <= 1) && told.textContent !== now) told.textContent = now
    if (rest > 0) return ticking = setTimeout(show, Math.min(1000, rest * 1000 + 50))
    refused.clear()
    asking = true
    leave = over
    send()
  }
  const watch = (left) => {
    end = performance.now() + left * 1000
    if (left) show()
  }
  draw()
  send()
  if (clock) {
    watch(Number(clock.dataset.left))
    show()
    document.addEventListener('visibilitychange', () => {
      asking ||= !document.hidden
      send()
    })
  }
}

// Handed in: nothing of it stays in this browser.
for (const { dataset: { handedIn } } of document.querySelectorAll('[data-handed-in]')) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`attempt ${handedIn} `)) localStorage.removeItem(key)
  } catch {}
}
