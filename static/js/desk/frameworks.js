// Items of the catalogue (templates/ui/writing.html): found by code or by words in any language; what is chosen, as chips.
for (const picker of document.querySelectorAll('[data-picker]')) {
  const folded = (words) => words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const search = picker.querySelector('[data-search]'), input = search.querySelector('input')
  const chosen = picker.querySelector('[data-chosen]'), said = picker.querySelector('[data-said]')
  const groups = [...picker.querySelectorAll('[data-group]')].map((place) => ({ place, began: place.open }))
  const items = [...picker.querySelectorAll('label[data-words]')].map((label) => {
    const box = label.querySelector('input'), text = label.querySelector('span').textContent
    return { label, box, text, words: folded(`${box.value} ${text} ${label.dataset.words}`) }
  })

  const chip = ({ label, box, text }) => {
    const { short, tone } = label.parentNode.dataset
    const item = document.createElement('li'), button = document.createElement('button'), name = document.createElement('b')
    button.type = 'button'
    button.className = `framework framework--${tone} picker__chip`
    button.setAttribute('aria-label', picker.dataset.drop.replace('{what}', `${short} ${text}`))
    name.textContent = short
    button.append(name, ` ${text} `, '×')
    button.addEventListener('click', () => {
      const place = [...chosen.children].indexOf(item)
      box.checked = false
      box.dispatchEvent(new Event('input', { bubbles: true }))
      said.textContent = picker.dataset.dropped.replace('{what}', `${short} ${text}`)
      ;(chosen.children[Math.min(place, chosen.children.length - 1)]?.firstChild ?? input).focus()
    })
    item.append(button)
    return item
  }
  const show = () => {
    chosen.replaceChildren(...items.filter(({ box }) => box.checked).map(chip))
    chosen.hidden = !chosen.children.length
  }
  const find = () => {
    const wanted = folded(input.value).split(/\s+/).filter(Boolean)
    let count = 0
    for (const { label, words } of items) {
      label.hidden = !wanted.every((word) => words.includes(word))
      count += !label.hidden
    }
    for (const { place, began } of groups) {
      place.hidden = !place.querySelector('label:not([hidden])')
      place.open = wanted.length ? !place.hidden : began
    }
    said.textContent = !wanted.length ? '' : count ? picker.dataset.found.replace('{count}', count) : picker.dataset.nothing
  }

  search.hidden = false
  for (const group of groups) group.place.open = group.began = false // the chips say what is chosen
  input.addEventListener('input', (event) => { event.stopPropagation(); find() })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && input.value) { event.preventDefault(); input.value = ''; find() }
    if (event.key !== 'Enter') return
    event.preventDefault() // the form is not sent: on to the first that was found
    if (input.value) items.find(({ label }) => !label.hidden)?.box.focus()
  })
  picker.addEventListener('input', show)
  picker.closest('form')?.addEventListener('restored', show)
  show()
}
