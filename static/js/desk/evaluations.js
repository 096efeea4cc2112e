// Digits score the criterion that has the focus and go on to the next one.
for (const form of document.querySelectorAll('[data-scores]')) {
  form.addEventListener('keydown', (event) => {
    const criterion = event.target.closest('[data-criterion]')
    if (!criterion || event.ctrlKey || event.altKey || event.metaKey || event.target.type !== 'radio') return
    const choice = criterion.querySelector(`input[value="${CSS.escape(event.key)}"]`)
    if (!/^\d$/.test(event.key) || !choice) return
    event.preventDefault()
    choice.checked = true
    choice.dispatchEvent(new Event('input', { bubbles: true }))
    const all = [...form.querySelectorAll('[data-criterion]')]
    const next = all[all.indexOf(criterion) + 1]
    const target = next?.querySelector('input:checked') ?? next?.querySelector('input') ?? form.elements.comment
    target.focus()
  })
}
